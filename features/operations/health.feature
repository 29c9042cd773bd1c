@allure.label.epic:Operations
Feature: The platform's health
  Whoever operates the platform asks one page how it is, without signing in.

  @smoke @critical @readonly @id.OPS-001
  Scenario: With everything up, the platform is healthy and names each service
    Then the platform says that it is healthy, and names each of its services
