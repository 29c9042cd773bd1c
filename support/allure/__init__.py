"""Allure results: formatter, result files, status and descriptions."""
