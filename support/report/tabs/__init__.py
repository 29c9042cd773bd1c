"""Tabs that the report adds to those of Allure, one module each; `support/report/templates` has their HTML."""
