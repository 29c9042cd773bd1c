@allure.label.epic:Research @needs.database @needs.redis @needs.storage @needs.writes
Feature: Privacy
  What a researcher notes in private is readable to nobody else, not even to who has the database. Who asks is given
  everything the platform holds of them, and forgotten if they wish.

  Rule: Private notes are readable by their owner only

    @critical @id.RES-090
    Scenario Outline: Notes <what> are plain to their owner and unreadable at rest
      Given Ravi has the research session "AAPL"
      When Ravi writes the notes "<notes>" for the research session "AAPL"
      Then the research session "AAPL" has the notes "<notes>"
      And no table, Redis key or file contains the notes as plain text

      Examples: in any writing
        | what              | notes                                                                          |
        | in plain words    | sell before Friday                                                             |
        | in letters of all | vender à 日本 🎌                                                                  |
        | of many words     | buy low, sell high, and tell nobody about the lighthouse keeper and his tulips |

    @id.RES-090
    Scenario: Another cannot read them
      Given Ravi has the research session "AAPL"
      And Ravi has written the notes "sell before Friday" for the research session "AAPL"
      When Omar reads the research session "AAPL"
      Then the request is rejected as not found

  Rule: Users export their own data

    @critical @id.RES-091
    Scenario: The export holds everything of a user, and nothing of others
      Given Nora has a new account
      And Nora has one resource of every type
      # A session leaves an event.
      And Ravi has the research session "AAPL"
      And Ravi has the notification "Margin call"
      And Ravi has the document "Diary"
      And Ravi has the portfolio "Savings"
      When Nora exports her data
      Then the export contains all of her data and nothing else

  Rule: Users erase their own data

    Background:
      Given Nora has a new account
      And Nora has one resource of every type

    @critical @id.RES-092
    Scenario: Erasure leaves nothing of a user in any store
      When Nora erases her data
      Then no table, Redis key or file contains her data

    @id.RES-092
    Scenario: Erasure ends the user's sessions
      Given Nora has erased her data
      When Nora lists the notifications
      Then the request is rejected as unauthenticated

    @id.RES-092
    Scenario Outline: Erasure leaves the <kind> of another untouched
      Given Ravi has the <kind> "<name>"
      When Nora erases her data
      Then the <kind> "<name>" is stored with
        | field      | value       |
        | created_at | {as before} |
        | <field>    | {as before} |

      Examples: what others own
        | kind             | name        | field   |
        | research session | AAPL        | data    |
        | notification     | Margin call | message |
        | document         | Diary       | content |
        | portfolio        | Savings     | name    |

    @id.RES-092
    Scenario: Erasure leaves the event of another untouched
      Given Ravi has the research session "AAPL"
      When Nora erases her data
      Then there is one event "research_started" for the research session "AAPL"

    @id.RES-093
    Scenario: The audit log has the erasure without personal data
      When Nora erases her data
      Then the audit log has her erasure without personal data
