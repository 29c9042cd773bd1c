@break.after_feature
Feature: A feature that cannot be torn down

  Scenario: U01 passes
    Then it is shown
