Feature: A feature that cannot be torn down [after_feature]

  Scenario: U01 passes
    Then it is shown
