@allure.label.epic:Video_on_demand
Feature: Rules
  What stands under a rule.

  @minor @rule.tag
  Rule: A rule keeps its scenarios together
    What limits it.

    Scenario: R01 has a table, a text and a file
      Given a clip
      When it is kept with
        | name |
        | dana |
      And it is kept with
        """
        plain words
        """
      And a file is attached

    Scenario: R02 fails under a rule
      Then it is wrong

    @id.VOD-002
    Scenario Outline: R03 is <state> for <minutes>
      Then it is <state> for <minutes>

      Examples: Short
        | state   | minutes |
        | ready   | 5       |
        | pending | 5       |

      @blocker
      Examples: Long
        | state | minutes |
        | ready | 5       |
        | ready | 90      |

    Scenario Outline: R04 has rows that its name does not tell apart
      Then it is <state> for <distance>

      Examples:
        | state   | distance |
        | ready   | short    |
        | pending | long     |

  @break.before_rule
  Rule: A rule that cannot be set up

    Scenario: R05 stands under a broken rule
      Then it is shown

    @deselected
    Scenario: R06 was not wanted anyway
      Then it is shown
