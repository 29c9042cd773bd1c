@allure.label.epic:Operations @needs.writes
Feature: OpenAPI document
  Who builds on the platform reads its OpenAPI document, and may rely on it: every answer that the tests see, in
  whatever feature, is compared with it.

  @critical @id.OPS-007 @needs.database
  Scenario: The API is described, and answers as described
    When Mallory reads the OpenAPI document
    Then the document describes every operation with its responses
    And every operation responds to her as documented
    And every response since then was compared with the document
    And nothing was changed
