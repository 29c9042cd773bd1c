@allure.label.epic:Operations
Feature: Health check
  Operators read the health of the platform at one endpoint, without authentication.

  @smoke @critical @readonly @id.OPS-001
  Scenario: A healthy platform lists every service
    Then the platform's health is "healthy" and lists every service
