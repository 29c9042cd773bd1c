Feature: Verdicts

  Scenario: S01 passes
    Then it is wrong

  Scenario: S01 passes
    Then it is shown
