@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Notifications
  What a user should know is kept for them until they have read it. Nobody else sees it.

  Rule: A notification is kept as it was sent

    @critical @id.RES-050
    Scenario: A notification is created, read back, and unread
      Given Nora has just joined
      When Nora creates the notification "Margin call" with
        | field      | value          |
        | type       | info           |
        | message    | Mind your cash |
        | data.extra | [1, "two"]     |
      Then the notification "Margin call" is stored with
        | field      | value          |
        | type       | info           |
        | priority   | normal         |
        | message    | Mind your cash |
        | data.extra | [1, "two"]     |
        | read_at    | null           |
        | created_at | {a time}       |

    @id.RES-055
    Scenario Outline: A notification with <what> is refused
      Given Nora has just joined
      When Nora creates the notification "Margin call" with
        | field   | value   |
        | <field> | <value> |
      Then she is told that "<field>" is invalid
      And nothing was changed

      Examples: what a notification cannot be
        | what               | field    | value    |
        | an unknown urgency | priority | extreme  |
        | no message         | message  | {absent} |
        | an empty title     | title    |          |
        | no type            | type     | {absent} |

    @id.RES-050
    Scenario Outline: A notification may be of priority <priority>
      Given Nora has just joined
      When Nora creates the notification "Margin call" with
        | field    | value      |
        | priority | <priority> |
      Then the notification "Margin call" is stored with
        | field    | value      |
        | priority | <priority> |

      Examples: every priority
        | priority |
        | low      |
        | normal   |
        | high     |
        | urgent   |

  Rule: The newest comes first

    Background:
      Given Nora has just joined
      And these notifications of Nora
        | name   |
        | First  |
        | Second |
        | Third  |

    @id.RES-051
    Scenario: Notifications are listed, newest first
      When Nora lists the notifications
      Then she is shown these notifications, 3 in all
        | name   |
        | Third  |
        | Second |
        | First  |

    @id.RES-051
    Scenario: As many are listed as asked for, and their number is told
      When Nora lists the notifications with
        | field | value |
        | limit | 2     |
      Then she is shown these notifications, 3 in all
        | name   |
        | Third  |
        | Second |

    @id.RES-053
    Scenario Outline: Only <which> notifications are listed on demand
      Given Nora acknowledged the notification "Second"
      And Nora acknowledged the notification "Third"
      When Nora lists the notifications with
        | field  | value    |
        | unread | <unread> |
        | limit  | 1        |
      Then she is shown these notifications, <count> in all
        | name    |
        | <shown> |

      Examples: both ways
        | which  | unread | count | shown |
        | unread | true   | 1     | First |
        | read   | false  | 2     | Third |

    @id.RES-054
    Scenario: Another's list shows none of them
      Given these notifications of Ravi
        | name   |
        | Secret |
      When Nora lists the notifications
      Then she is shown these notifications, 3 in all
        | name   |
        | Third  |
        | Second |
        | First  |

  Rule: Who has read it says so, and the first time counts

    @id.RES-052
    Scenario: A notification is acknowledged, with the time
      Given the notification "Margin call" of Ravi
      When Ravi acknowledges the notification "Margin call"
      Then the notification "Margin call" is stored with
        | field      | value       |
        | read_at    | {a time}    |
        | created_at | {as before} |

    @id.RES-052
    Scenario: Acknowledging twice keeps the first time
      Given the notification "Margin call" of Ravi
      And Ravi acknowledged the notification "Margin call"
      When Ravi acknowledges the notification "Margin call"
      Then the notification "Margin call" is stored with
        | field   | value       |
        | read_at | {as before} |
      And nothing was changed

  Rule: A notification is its owner's alone

    @id.RES-054
    Scenario Outline: <who> cannot have the notification of Ravi: <deed>
      Given the notification "Margin call" of Ravi
      And Nora has just joined
      When <who> <deed> the notification "Margin call"
      Then she is refused as unknown
      And nothing was changed

      Examples: a researcher and an administrator
        | who  | deed         |
        | Nora | reads        |
        | Nora | acknowledges |
        | Nora | deletes      |
        | Omar | reads        |

    @id.RES-055
    Scenario Outline: A notification that is gone is unknown: <deed>
      Given the notification "Margin call" of Ravi
      And Ravi deleted the notification "Margin call"
      When Ravi <deed> the notification "Margin call"
      Then he is refused as unknown
      And nothing was changed

      Examples: whatever is tried
        | deed         |
        | reads        |
        | acknowledges |
        | deletes      |
