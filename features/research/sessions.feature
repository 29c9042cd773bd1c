@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Research sessions
  A researcher's work on a stock is a session. It belongs to whoever began it, and to nobody else.

  Rule: A session is stored as it was begun

    @smoke @critical @id.RES-010
    Scenario: A session is begun on a ticker
      When Ravi creates the research session "AAPL"
      Then the research session "AAPL" is stored with
        | field        | value            |
        | state        | initialized      |
        | stage        | started          |
        | session_type | stock_research   |
        | config       | {}               |
        | data         | {}               |
        | created_at   | {a time}         |
        | updated_at   | {its created_at} |

    @id.RES-011
    Scenario Outline: A configuration is kept with <what>
      When Ravi creates the research session "AAPL" with
        | field   | value   |
        | <field> | <value> |
      Then the research session "AAPL" is stored with
        | field   | value   |
        | <field> | <value> |

      Examples: what a configuration may hold
        | what           | field                | value                           |
        | a word         | config.analysis_type | technical                       |
        | a list         | config.indicators    | ["RSI", "MACD"]                 |
        | nested values  | config.limits.risk   | {"max": 0.25, "strict": [true]} |
        | numbers        | config.days          | 365                             |
        | a null         | config               | {"until": null}                 |
        | letters of all | config               | {"título": "日本 🎌"}              |

    @id.RES-015
    Scenario Outline: "<text>" is taken as the ticker <ticker>
      When Ravi creates the research session "<text>"
      Then the research session "<text>" is stored with
        | field  | value    |
        | ticker | <ticker> |
      And the platform says that "<text>" is a ticker

      Examples: tickers, stored in capitals
        | text     | ticker   |
        | AAPL     | AAPL     |
        | MSFT     | MSFT     |
        | f        | F        |
        | GOOGL    | GOOGL    |
        | brk.b    | BRK.B    |
        | ABCDE.XY | ABCDE.XY |

    @id.RES-015
    Scenario Outline: "<text>" is no ticker
      Given Ravi is signed in
      When Ravi creates the research session "AAPL" with
        | field  | value    |
        | ticker | "<text>" |
      Then he is told that "ticker" is invalid
      And the platform says that "<text>" is no ticker
      And nothing was changed

      Examples: no tickers; \n is a line break
        | text     |
        | INVALID  |
        |          |
        | AAPL1    |
        | AA PL    |
        | AAPL\n   |
        | .B       |
        | AAPL.    |
        | AAPL.ABC |
        | A.B.C    |
        | ÄÖÜ      |
        | A;DROP   |

  Rule: What cannot be begun is refused, and nothing is stored

    @id.RES-014
    Scenario Outline: A session with <what> is refused
      Given Omar is signed in
      When Omar creates the research session "AAPL" with
        | field   | value   |
        | <field> | <value> |
      Then he is told that "<field>" is invalid
      And nothing was changed

      Examples: what a session cannot be begun with
        | what             | field        | value        |
        | an unknown type  | session_type | invalid_type |
        | no type          | session_type | {absent}     |
        | no ticker        | ticker       | {absent}     |
        | an unknown field | colour       | red          |
        | a list as config | config       | [1]          |

    @id.RES-014
    Scenario: A session for a user who does not exist is refused
      Given Omar is signed in
      When Omar creates the research session "AAPL" with
        | field   | value                                |
        | user_id | 00000000-0000-4000-8000-000000000000 |
      Then he is refused as unknown: "There is no such user."
      And nothing was changed

  Rule: A list shows one's own, newest first

    Background:
      Given Nora has just joined
      And these research sessions of Nora
        | name  |
        | AAPL  |
        | MSFT  |
        | GOOGL |

    @id.RES-012
    Scenario: Three tickers are listed for their owner, newest first
      When Nora lists the research sessions
      Then she is shown these research sessions, 3 in all
        | name  | state       |
        | GOOGL | initialized |
        | MSFT  | initialized |
        | AAPL  | initialized |

    @id.RES-016
    Scenario Outline: With a limit of <limit> and an offset of <offset>, <shown> is shown
      When Nora lists the research sessions with
        | field  | value    |
        | limit  | <limit>  |
        | offset | <offset> |
      Then she is shown these research sessions, 3 in all
        | name    |
        | <shown> |

      Examples: one to a page
        | limit | offset | shown |
        | 1     | 0      | GOOGL |
        | 1     | 1      | MSFT  |
        | 2     | 2      | AAPL  |

    @id.RES-016
    Scenario: A page behind the end is empty, and says how many there are
      When Nora lists the research sessions with
        | field  | value |
        | offset | 3     |
      Then she is shown no research sessions, 3 in all

    @id.RES-016
    Scenario Outline: A list with the <field> "<value>" is refused
      When Nora lists the research sessions with
        | field   | value   |
        | <field> | <value> |
      Then she is told that "<field>" is invalid

      Examples: what a list does not take
        | field  | value    |
        | limit  | 0        |
        | limit  | 101      |
        | limit  | many     |
        | offset | -1       |
        | state  | finished |
        | order  | oldest   |

    @id.RES-016
    Scenario Outline: Only sessions that are <state> are listed on demand
      Given the research session "TSLA" of Nora is "<state>"
      When Nora lists the research sessions with
        | field | value   |
        | state | <state> |
      Then she is shown these research sessions, 1 in all
        | name | state   |
        | TSLA | <state> |

      Examples: states that none of the others has
        | state      |
        | processing |
        | completed  |
        | failed     |

  Rule: Nobody else sees it

    @id.RES-013
    Scenario Outline: <who> <deed> the session of Ravi in vain
      Given the research session "AAPL" of Ravi
      And Nora has just joined
      When <who> <deed> the research session "AAPL"
      Then she is refused as unknown
      And nothing was changed

      Examples: a researcher and an administrator
        | who  | deed             |
        | Nora | reads            |
        | Nora | deletes          |
        | Nora | removes for good |
        | Nora | restores         |
        | Omar | reads            |
        | Omar | deletes          |

    @id.RES-013
    Scenario: Another researcher's list shows none of them
      Given the research session "AAPL" of Ravi
      And Nora has just joined
      When Nora lists the research sessions
      Then she is shown no research sessions

    @id.RES-013
    Scenario: Another researcher cannot move it either
      Given the research session "AAPL" of Ravi
      And Nora has just joined
      When Nora moves the research session "AAPL" to "completed"
      Then she is refused as unknown
      And nothing was changed

    @id.RES-013
    Scenario: Another researcher cannot change its data
      Given the research session "AAPL" of Ravi
      And Nora has just joined
      When Nora changes the research session "AAPL" to
        | field      | value |
        | data.score | 0.85  |
      Then she is refused as unknown
      And nothing was changed

  Rule: A session can be deleted, so that it comes back or for good

    @id.RES-017
    Scenario Outline: A session that its owner <deed> is <fate>
      Given the research session "AAPL" of Ravi
      When Ravi <deed> the research session "AAPL"
      Then the research session "AAPL" is <fate>

      Examples: both ways
        | deed             | fate          |
        | deletes          | hidden        |
        | removes for good | gone for good |

    @id.RES-017
    Scenario: A deleted session comes back as it was
      Given the research session "AAPL" of Ravi with
        | field       | value |
        | config.days | 30    |
      And Ravi's research session "AAPL" holds
        | field      | value |
        | data.score | 0.85  |
      And Ravi noted "sell before Friday" on the research session "AAPL"
      And Ravi deleted the research session "AAPL"
      When Ravi restores the research session "AAPL"
      Then the research session "AAPL" is there
      And the research session "AAPL" is stored with
        | field       | value       |
        | config.days | 30          |
        | data.score  | 0.85        |
        | state       | initialized |
        | created_at  | {as before} |
      And Ravi reads "sell before Friday" in the notes on the research session "AAPL"

    @id.RES-017
    Scenario: A session that was not deleted cannot be restored
      Given the research session "AAPL" of Ravi
      When Ravi restores the research session "AAPL"
      Then he is refused as conflicting
      And nothing was changed

    @id.RES-017
    Scenario: A deleted session does not move
      Given the research session "AAPL" of Ravi
      And Ravi deleted the research session "AAPL"
      When Ravi moves the research session "AAPL" to "processing"
      Then he is refused as unknown
      And nothing was changed

    @id.RES-017
    Scenario: The data of a deleted session do not change
      Given the research session "AAPL" of Ravi
      And Ravi deleted the research session "AAPL"
      When Ravi changes the research session "AAPL" to
        | field      | value |
        | data.score | 0.85  |
      Then he is refused as unknown
      And nothing was changed

    @id.RES-017
    Scenario: A deleted session is not listed
      Given Nora has just joined
      And these research sessions of Nora
        | name |
        | AAPL |
        | MSFT |
      And Nora deleted the research session "MSFT"
      When Nora lists the research sessions
      Then she is shown these research sessions, 1 in all
        | name |
        | AAPL |
