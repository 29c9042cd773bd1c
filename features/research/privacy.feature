@allure.label.epic:Research @needs.database @needs.redis @needs.storage @needs.writes
Feature: Privacy
  What a researcher notes in private is readable to nobody else, not even to who has the database. Who asks is given
  everything the platform holds of them, and forgotten if they wish.

  Rule: Private notes are private

    @critical @id.RES-090
    Scenario Outline: Notes <what> are plain to their owner and unreadable at rest
      Given the research session "AAPL" of Ravi
      When Ravi notes "<notes>" on the research session "AAPL"
      Then Ravi reads "<notes>" in the notes on the research session "AAPL"
      And no table, key or file holds the notes in plain

      Examples: in any writing
        | what              | notes                                                                          |
        | in plain words    | sell before Friday                                                             |
        | in letters of all | vender à 日本 🎌                                                                  |
        | of many words     | buy low, sell high, and tell nobody about the lighthouse keeper and his tulips |

    @id.RES-090
    Scenario: Another cannot read them
      Given the research session "AAPL" of Ravi
      And Ravi noted "sell before Friday" on the research session "AAPL"
      When Omar reads the research session "AAPL"
      Then he is refused as unknown

  Rule: Everybody gets everything of their own

    @critical @id.RES-091
    Scenario: The export holds everything of a user, and nothing of others
      Given Nora has just joined
      And Nora has left something of every kind
      # A session leaves an event.
      And the research session "AAPL" of Ravi
      And the notification "Margin call" of Ravi
      And the document "Diary" of Ravi
      And the portfolio "Savings" of Ravi
      When Nora asks for everything that the platform holds of her
      Then the export holds everything of her own, and nothing else

  Rule: Everybody can be forgotten

    Background:
      Given Nora has just joined
      And Nora has left something of every kind

    @critical @id.RES-092
    Scenario: Erasure leaves nothing of a user in any store
      When Nora has everything of her own erased
      Then no table, key or file holds anything of her own

    @id.RES-092
    Scenario: Erasure signs the user out for good
      Given Nora has had everything of her own erased
      When Nora lists the notifications
      Then she is refused as not signed in

    @id.RES-092
    Scenario Outline: Erasure leaves the <kind> of another untouched
      Given the <kind> "<name>" of Ravi
      When Nora has everything of her own erased
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
      Given the research session "AAPL" of Ravi
      When Nora has everything of her own erased
      Then there is one event "research_started" about the research session "AAPL"

    @id.RES-093
    Scenario: The audit tells of the erasure, and names no personal data
      When Nora has everything of her own erased
      Then the audit tells of her erasure, and nothing that is personal
