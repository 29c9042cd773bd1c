@allure.label.epic:Probe
Feature: Rules
  Background:
    Given a clip

  Rule: A rule keeps its scenarios together

    Scenario: R01 passes under a rule
      Then the scenario lies in "A rule keeps its scenarios together"

    Scenario: R02 fails under a rule
      Then it is wrong

  Rule: A rule that cannot be set up [before_rule]

    Scenario: R03 stands under a broken rule
      Then it is shown
