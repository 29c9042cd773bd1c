@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Notifications
  What a user should know is kept for them until they have read it. Nobody else sees it.

  Rule: A notification is stored as sent

    @critical @id.RES-050
    Scenario: A notification is created, read back, and unread
      Given Nora has a new account
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
    Scenario Outline: A notification with <what> is rejected
      Given Nora has a new account
      When Nora creates the notification "Margin call" with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: what a notification cannot be
        | what               | field    | value    |
        | an unknown urgency | priority | extreme  |
        | no message         | message  | {absent} |
        | an empty title     | title    |          |
        | no type            | type     | {absent} |

    @id.RES-050
    Scenario Outline: A notification may be of priority <priority>
      Given Nora has a new account
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

  Rule: Notifications are listed newest first

    Background:
      Given Nora has a new account
      And Nora has these notifications
        | name   |
        | First  |
        | Second |
        | Third  |

    @id.RES-051
    Scenario: Notifications are listed, newest first
      When Nora lists the notifications
      Then these notifications are returned, 3 in total
        | name   |
        | Third  |
        | Second |
        | First  |

    @id.RES-051
    Scenario: The list is limited and has the total
      When Nora lists the notifications with
        | field | value |
        | limit | 2     |
      Then these notifications are returned, 3 in total
        | name   |
        | Third  |
        | Second |

    @id.RES-053
    Scenario Outline: Only <which> notifications are listed on demand
      Given Nora has acknowledged the notification "Second"
      And Nora has acknowledged the notification "Third"
      When Nora lists the notifications with
        | field  | value    |
        | unread | <unread> |
        | limit  | 1        |
      Then these notifications are returned, <count> in total
        | name    |
        | <shown> |

      Examples: both ways
        | which  | unread | count | shown |
        | unread | true   | 1     | First |
        | read   | false  | 2     | Third |

    @id.RES-054
    Scenario: Another user's list does not contain them
      Given Ravi has these notifications
        | name   |
        | Secret |
      When Nora lists the notifications
      Then these notifications are returned, 3 in total
        | name   |
        | Third  |
        | Second |
        | First  |

  Rule: The first acknowledgement sets the time

    @id.RES-052
    Scenario: A notification is acknowledged, with the time
      Given Ravi has the notification "Margin call"
      When Ravi acknowledges the notification "Margin call"
      Then the notification "Margin call" is stored with
        | field      | value       |
        | read_at    | {a time}    |
        | created_at | {as before} |

    @id.RES-052
    Scenario: Acknowledging twice keeps the first time
      Given Ravi has the notification "Margin call"
      And Ravi has acknowledged the notification "Margin call"
      When Ravi acknowledges the notification "Margin call"
      Then the notification "Margin call" is stored with
        | field   | value       |
        | read_at | {as before} |
      And nothing was changed

  Rule: Notifications are private to their owner

    @id.RES-054
    Scenario Outline: <who> cannot access Ravi's notification: <deed>
      Given Ravi has the notification "Margin call"
      And Nora has a new account
      When <who> <deed> the notification "Margin call"
      Then the request is rejected as not found
      And nothing was changed

      Examples: a researcher and an administrator
        | who  | deed         |
        | Nora | reads        |
        | Nora | acknowledges |
        | Nora | deletes      |
        | Omar | reads        |

    @id.RES-055
    Scenario Outline: A deleted notification is not found: <deed>
      Given Ravi has the notification "Margin call"
      And Ravi has deleted the notification "Margin call"
      When Ravi <deed> the notification "Margin call"
      Then the request is rejected as not found
      And nothing was changed

      Examples: whatever is tried
        | deed         |
        | reads        |
        | acknowledges |
        | deletes      |
