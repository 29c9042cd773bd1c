@allure.label.epic:Operations @needs.writes
Feature: The platform describes its own API
  Who builds on the platform reads its OpenAPI document, and may rely on it: every answer that the tests see, in
  whatever feature, is compared with it.

  @critical @id.OPS-007 @needs.database
  Scenario: The API is described, and answers as described
    When Mallory reads the document in which the platform describes its API
    Then it describes every operation with its answers
    And every operation answers her as described
    And each answer since then was compared with it
    And nothing was changed
