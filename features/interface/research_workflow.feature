@allure.label.epic:Interface @needs.database @needs.redis @needs.writes
Feature: Research workflow API
  The contract of each call for whoever programs against it: method and path, status, and the fields of the answer.

  Rule: Each operation returns the current session

    @id.API-050
    Scenario: POST /api/research/sessions creates a session
      When Ravi creates the research session "AAPL"
      Then the response is 201
      And the response has
        | path         | value          |
        | session_type | stock_research |
        | ticker       | AAPL           |
        | state        | initialized    |
        | stage        | started        |
        | error        | null           |
        | config       | {empty}        |
        | data         | {empty}        |
        | notes        | null           |

    @id.API-051 @needs.partners
    Scenario: POST .../fetch answers with the prices, money as text
      Given the price service has these prices of "AAPL"
        | date       | close    |
        | 2026-11-19 | "155.00" |
      And Ravi has the research session "AAPL"
      When Ravi sends POST /api/research/sessions/{research session AAPL.id}/fetch
      Then the response is 200
      And the response has
        | path               | value                                                                                                               |
        | state              | processing                                                                                                          |
        | stage              | fetched                                                                                                             |
        | data.prices.ticker | AAPL                                                                                                                |
        | data.prices.quotes | [{"date": "2026-11-19", "open": "155.00", "high": "155.00", "low": "155.00", "close": "155.00", "volume": 1000000}] |

    @id.API-052 @needs.partners
    Scenario Outline: POST .../<call> answers with its part of the data
      Given Ravi has the research session "AAPL"
      And Ravi has run the research session "AAPL" up to the stage <before>
      When Ravi sends POST /api/research/sessions/{research session AAPL.id}/<call>
      Then the response is 200
      And the response has
        | path    | value   |
        | state   | <state> |
        | stage   | <stage> |
        | <field> | <value> |

      Examples: the calls after fetch
        | call    | before   | state      | stage    | field                      | value                    |
        | analyse | fetched  | processing | analysed | data.analysis.days         | 30                       |
        | report  | analysed | processing | reported | data.report.recommendation | {one of buy, hold, sell} |
        | save    | reported | completed  | saved    | data.result.recommendation | {one of buy, hold, sell} |

  Rule: Each operation is rejected as documented

    @id.API-053
    Scenario Outline: POST .../<call> by <who> on <session> is <status>
      Given Ravi has the research session "AAPL"
      When <who> sends POST /api/research/sessions/<session>/<call>
      Then the response is <status> "<type>"

      Examples: not signed in, and not allowed
        | who     | call    | session                    | status | type                |
        | Mallory | fetch   | {research session AAPL.id} | 401    | AuthenticationError |
        | Mallory | save    | {research session AAPL.id} | 401    | AuthenticationError |
        | Dana    | fetch   | {research session AAPL.id} | 403    | PermissionError     |
        | Vera    | analyse | {research session AAPL.id} | 403    | PermissionError     |

      Examples: not one's own, not there, no id
        | who  | call    | session                              | status | type            |
        | Omar | fetch   | {research session AAPL.id}           | 404    | NotFoundError   |
        | Omar | report  | {research session AAPL.id}           | 404    | NotFoundError   |
        | Ravi | fetch   | 00000000-0000-4000-8000-000000000000 | 404    | NotFoundError   |
        | Ravi | analyse | 00000000-0000-4000-8000-000000000000 | 404    | NotFoundError   |
        | Ravi | save    | 00000000-0000-4000-8000-000000000000 | 404    | NotFoundError   |
        | Ravi | fetch   | aapl                                 | 422    | ValidationError |

      Examples: not yet
        | who  | call    | session                    | status | type          |
        | Ravi | analyse | {research session AAPL.id} | 409    | ConflictError |
        | Ravi | report  | {research session AAPL.id} | 409    | ConflictError |
        | Ravi | save    | {research session AAPL.id} | 409    | ConflictError |

    @id.API-054
    Scenario Outline: <method> .../fetch is not allowed
      Given Ravi has the research session "AAPL"
      When Ravi sends <method> /api/research/sessions/{research session AAPL.id}/fetch
      Then the response is 405 "MethodNotAllowed"

      Examples: every other method
        | method |
        | GET    |
        | PUT    |
        | PATCH  |
        | DELETE |

    @id.API-087
    Scenario: Another researcher cannot write its notes
      Given Ravi has the research session "AAPL"
      And Nora has a new account
      When Nora sends PUT /api/research/sessions/{research session AAPL.id}/notes with
        | field | value              |
        | notes | sell before Friday |
      Then the response is 404 "NotFoundError"
      And nothing was changed

    @id.API-055 @needs.partners
    Scenario Outline: When the price service <trouble>, .../fetch is <status>
      Given the price service <trouble> always
      And Ravi has the research session "AAPL"
      When Ravi sends POST /api/research/sessions/{research session AAPL.id}/fetch
      Then the response is <status> "DependencyError"

      Examples: away, too slow, wrong
        | trouble                       | status |
        | closes the connection         | 503    |
        | is slow                       | 504    |
        | returns 500                   | 502    |
        | returns text that is not JSON | 502    |
        | returns a negative price      | 502    |
