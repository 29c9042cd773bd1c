Feature: A feature that cannot be set up [before_feature]

  Scenario: F01 never runs
    Then it is shown

  Rule: Nor does what stands under its rules

    Scenario: F02 never runs either
      Then it is shown
