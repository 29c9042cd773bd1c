@break.before_feature
Feature: A feature that cannot be set up

  Scenario: F01 never runs
    Then it is shown

  Rule: Nor does what stands under its rules

    Scenario: F02 never runs either
      Then it is shown

    @deselected
    Scenario: F03 was not wanted anyway
      Then it is shown
