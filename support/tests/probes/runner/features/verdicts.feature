@allure.label.epic:Probe
Feature: Verdicts
  Every way in which a scenario can end.

  Background:
    Given a clip

  @smoke @critical @id.VOD-001
  Scenario: S01 passes
    Then it is shown

  Scenario: S02 fails an assertion
    Then it is wrong
    And it is shown

  Scenario: S03 raises an error
    When the player crashes
    Then it is shown

  Scenario: S04 has an undefined step
    When the clip is frobnicated
    Then it is shown

  Scenario: S05 has a pending step
    When the step is pending

  Scenario: S06 has a failing set-up [before_scenario]
    Then it is shown

  Scenario: S07 has a failing tear-down [after_scenario]
    Then it is shown

  Scenario: S08 has a failing clean-up [cleanup]
    Then it is shown

  Scenario: S09 has a failing hook after a step [after_step]
    Then it is shown

  Scenario: S10 is skipped by a hook [skipped]
    Then it is shown

  Scenario: S11 is skipped by a step
    When the scenario skips itself
    Then it is shown

  @slow
  Scenario: S12 is not selected
    Then it is wrong

  @limit.1s
  Scenario: S13 hangs
    When it hangs
    Then it is shown

  Scenario: S14 kills its worker
    When the worker is killed
    Then it is shown

  Scenario: S15 passes at the second attempt
    Then it works at the second attempt

  Scenario: S16 fails in a step and in its tear-down [after_scenario]
    Then it is wrong

  Scenario Outline: S17 is <state>
    Given a table
      | name |
      | dana |
    Then it is <state>

    Examples:
      | state |
      | shown |
      | wrong |
