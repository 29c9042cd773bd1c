@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Research sessions
  A researcher's work on a stock is a session. It belongs to this researcher only.

  Rule: A session is stored as created

    @smoke @critical @id.RES-010
    Scenario: A session is created for a ticker
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
    Scenario Outline: A configuration is stored with <what>
      When Ravi creates the research session "AAPL" with
        | field   | value   |
        | <field> | <value> |
      Then the research session "AAPL" is stored with
        | field   | value   |
        | <field> | <value> |

      Examples: valid configurations
        | what           | field                | value                           |
        | a word         | config.analysis_type | technical                       |
        | a list         | config.indicators    | ["RSI", "MACD"]                 |
        | nested values  | config.limits.risk   | {"max": 0.25, "strict": [true]} |
        | numbers        | config.days          | 365                             |
        | a null         | config               | {"until": null}                 |
        | letters of all | config               | {"título": "日本 🎌"}              |

    @id.RES-015
    Scenario Outline: "<text>" is accepted as the ticker <ticker>
      When Ravi creates the research session "<text>"
      Then the research session "<text>" is stored with
        | field  | value    |
        | ticker | <ticker> |
      And the ticker "<text>" is valid

      Examples: tickers, stored in capitals
        | text     | ticker   |
        | AAPL     | AAPL     |
        | MSFT     | MSFT     |
        | f        | F        |
        | GOOGL    | GOOGL    |
        | brk.b    | BRK.B    |
        | ABCDE.XY | ABCDE.XY |

    @id.RES-015
    Scenario Outline: "<text>" is rejected as a ticker
      Given Ravi is signed in
      When Ravi creates the research session "AAPL" with
        | field  | value    |
        | ticker | "<text>" |
      Then the request is rejected as invalid in "ticker"
      And the ticker "<text>" is invalid
      And nothing was changed

      Examples: invalid tickers; \n is a line break
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

  Rule: Invalid sessions are rejected and not stored

    @id.RES-014
    Scenario Outline: A session with <what> is rejected
      Given Omar is signed in
      When Omar creates the research session "AAPL" with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: invalid fields of a new session
        | what             | field        | value        |
        | an unknown type  | session_type | invalid_type |
        | no type          | session_type | {absent}     |
        | no ticker        | ticker       | {absent}     |
        | an unknown field | colour       | red          |
        | a list as config | config       | [1]          |

    @id.RES-014
    Scenario: A session for an unknown user is rejected
      Given Omar is signed in
      When Omar creates the research session "AAPL" with
        | field   | value                                |
        | user_id | 00000000-0000-4000-8000-000000000000 |
      Then the request is rejected as not found with the message "The user was not found."
      And nothing was changed

  Rule: Users list their own sessions, newest first

    Background:
      Given Nora has a new account
      And Nora has these research sessions
        | name  |
        | AAPL  |
        | MSFT  |
        | GOOGL |

    @id.RES-012
    Scenario: Three tickers are listed for their owner, newest first
      When Nora lists the research sessions
      Then these research sessions are returned, 3 in total
        | name  | state       |
        | GOOGL | initialized |
        | MSFT  | initialized |
        | AAPL  | initialized |

    @id.RES-016
    Scenario Outline: With limit <limit> and offset <offset>, <shown> is listed
      When Nora lists the research sessions with
        | field  | value    |
        | limit  | <limit>  |
        | offset | <offset> |
      Then these research sessions are returned, 3 in total
        | name    |
        | <shown> |

      Examples: one item per page
        | limit | offset | shown |
        | 1     | 0      | GOOGL |
        | 1     | 1      | MSFT  |
        | 2     | 2      | AAPL  |

    @id.RES-016
    Scenario: A page beyond the end is empty with the right total
      When Nora lists the research sessions with
        | field  | value |
        | offset | 3     |
      Then no research sessions are returned, 3 in total

    @id.RES-016
    Scenario Outline: A list with the <field> "<value>" is rejected
      When Nora lists the research sessions with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as invalid in "<field>"

      Examples: invalid list parameters
        | field  | value    |
        | limit  | 0        |
        | limit  | 101      |
        | limit  | many     |
        | offset | -1       |
        | state  | finished |
        | order  | oldest   |

    @id.RES-016
    Scenario Outline: Only sessions that are <state> are listed on demand
      Given Nora has the research session "TSLA" in the state "<state>"
      When Nora lists the research sessions with
        | field | value   |
        | state | <state> |
      Then these research sessions are returned, 1 in total
        | name | state   |
        | TSLA | <state> |

      Examples: states with one session each
        | state      |
        | processing |
        | completed  |
        | failed     |

  Rule: Sessions are private to their owner

    @id.RES-013
    Scenario Outline: <who> cannot access Ravi's session: <deed>
      Given Ravi has the research session "AAPL"
      And Nora has a new account
      When <who> <deed> the research session "AAPL"
      Then the request is rejected as not found
      And nothing was changed

      Examples: a researcher and an administrator
        | who  | deed                |
        | Nora | reads               |
        | Nora | deletes             |
        | Nora | permanently deletes |
        | Nora | restores            |
        | Omar | reads               |
        | Omar | deletes             |

    @id.RES-013
    Scenario: Another researcher's list shows none of them
      Given Ravi has the research session "AAPL"
      And Nora has a new account
      When Nora lists the research sessions
      Then no research sessions are returned, 0 in total

    @id.RES-013
    Scenario: Another researcher cannot move it either
      Given Ravi has the research session "AAPL"
      And Nora has a new account
      When Nora moves the research session "AAPL" to "completed"
      Then the request is rejected as not found
      And nothing was changed

    @id.RES-013
    Scenario: Another researcher cannot change its data
      Given Ravi has the research session "AAPL"
      And Nora has a new account
      When Nora changes the research session "AAPL" to
        | field      | value |
        | data.score | 0.85  |
      Then the request is rejected as not found
      And nothing was changed

  Rule: A session is soft-deleted or permanently deleted

    @id.RES-017
    Scenario Outline: A session that its owner <deed> is <fate>
      Given Ravi has the research session "AAPL"
      When Ravi <deed> the research session "AAPL"
      Then the research session "AAPL" is <fate>

      Examples: both ways
        | deed                | fate                |
        | deletes             | soft-deleted        |
        | permanently deletes | permanently deleted |

    @id.RES-017
    Scenario: A restored session is unchanged
      Given Ravi has the research session "AAPL" with
        | field       | value |
        | config.days | 30    |
      And Ravi's research session "AAPL" has been changed to
        | field      | value |
        | data.score | 0.85  |
      And Ravi has written the notes "sell before Friday" for the research session "AAPL"
      And Ravi has deleted the research session "AAPL"
      When Ravi restores the research session "AAPL"
      Then the research session "AAPL" is available
      And the research session "AAPL" is stored with
        | field       | value       |
        | config.days | 30          |
        | data.score  | 0.85        |
        | state       | initialized |
        | created_at  | {as before} |
      And the research session "AAPL" has the notes "sell before Friday"

    @id.RES-017
    Scenario: A session that was not deleted cannot be restored
      Given Ravi has the research session "AAPL"
      When Ravi restores the research session "AAPL"
      Then the request is rejected as conflicting
      And nothing was changed

    @id.RES-017
    Scenario: A deleted session does not move
      Given Ravi has the research session "AAPL"
      And Ravi has deleted the research session "AAPL"
      When Ravi moves the research session "AAPL" to "processing"
      Then the request is rejected as not found
      And nothing was changed

    @id.RES-017
    Scenario: The data of a deleted session do not change
      Given Ravi has the research session "AAPL"
      And Ravi has deleted the research session "AAPL"
      When Ravi changes the research session "AAPL" to
        | field      | value |
        | data.score | 0.85  |
      Then the request is rejected as not found
      And nothing was changed

    @id.RES-017
    Scenario: A deleted session is not listed
      Given Nora has a new account
      And Nora has these research sessions
        | name |
        | AAPL |
        | MSFT |
      And Nora has deleted the research session "MSFT"
      When Nora lists the research sessions
      Then these research sessions are returned, 1 in total
        | name |
        | AAPL |
