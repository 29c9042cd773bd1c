@allure.label.epic:Operations
Feature: Health check
  Whoever operates the platform asks one page how it is, without signing in.

  @smoke @critical @readonly @id.OPS-001
  Scenario: A healthy platform lists every service
    Then the platform's health is "healthy" and lists every service
