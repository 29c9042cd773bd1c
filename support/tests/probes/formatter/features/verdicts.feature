@allure.label.epic:Video_on_demand
Feature: Verdicts
  Every way in which a scenario can end.

  Background:
    Given a clip

  @smoke @critical @id.VOD-001 @allure.label.owner:Team_Captions @allure.issue.VOD-7:https://tracker.example/VOD-7
  Scenario: S01 passes
    When it is watched
    Then it is shown

  @allure.label.feature:Another @allure.label.story:Another
  Scenario: S02 fails an assertion
    When it is watched
    Then it is wrong
    And it is shown
    And a step nobody wrote

  @asks.in_hooks
  Scenario: S03 raises an error
    When the player crashes
    Then it is shown

  Scenario: S04 fails a bare assertion
    Then it is wrong without a word

  Scenario: S05 has an undefined step
    When the clip is <frobnicated>
    Then it is shown

  Scenario: S06 has a pending step
    When the step is pending

  @wip
  Scenario: S07 has a pending step in progress
    When the step is pending
    Then it is shown

  @break.before_scenario
  Scenario: S08 has a failing set-up
    Then it is shown

  @break.after_scenario @asks.in_hooks
  Scenario: S09 has a failing tear-down
    Then it is shown

  @break.cleanup
  Scenario: S10 has a failing clean-up
    Then it is shown

  @break.after_step
  Scenario: S11 has a failing hook after a step
    Then it is shown

  @skip.before
  Scenario: S12 is skipped by a hook
    Then it is shown

  Scenario: S13 is skipped by a step
    When the scenario skips itself
    Then it is shown

  @deselected
  Scenario: S14 is not selected
    Then it is shown

  @attach.in_hooks
  Scenario: S15 attaches in hooks and steps
    When a file is attached
    And it is kept with
      | name | password    |
      | dana | Hunter22    |
    And it is kept with
      """
      {"name": "dana", "password": "Hunter22"}
      """

  @break.after_scenario @break.cleanup
  Scenario: S16 fails in a step, its tear-down and its clean-up
    Then it is wrong

  @retry
  Scenario: S17 passes at the second attempt
    Then it works at the second attempt

  @asks.in_hooks
  Scenario: S18 asks the platform
    When dana signs in

  @fail
  Scenario: S19 asks the platform and is refused
    When dana signs in
