@allure.label.epic:API @needs.writes
Feature: Research data API
  Clients manage positions, notes and events of a researcher. Money is exact, and one invalid item affects no other.

  Background:
    Given Nora has a new account

  Rule: Amounts of money are exact

    @id.API-070
    Scenario: A gain is exact to the cent, as text
      Given Nora has sent POST /api/portfolios with
        | field | value            |
        | name  | {a unique title} |
      And the response is saved as "portfolio"
      And Nora has sent POST /api/portfolios/{portfolio.id}/positions with
        | field         | value    |
        | ticker        | AAPL     |
        | shares        | 150      |
        | entry_price   | "150.00" |
        | current_price | 155.00   |
      When Nora sends GET /api/portfolios/{portfolio.id}/returns
      Then the response is exactly
        """
        {"cost": "22500.00", "value": "23250.00", "total_return": "750.00", "total_return_pct": "0.033333"}
        """

    @id.API-071
    Scenario: A deleted position does not count in the returns
      Given Nora has sent POST /api/portfolios with
        | field | value            |
        | name  | {a unique title} |
      And the response is saved as "portfolio"
      And Nora has sent POST /api/portfolios/{portfolio.id}/positions with
        """
        {"ticker": "MSFT", "shares": 10, "entry_price": "300.00", "current_price": "250.00"}
        """
      When Nora sends DELETE /api/portfolios/{portfolio.id}/positions/{response.id}
      Then the response is 204
      And within 2 seconds Nora gets from /api/portfolios/{portfolio.id}/returns
        | path             | value  |
        | cost             | "0.00" |
        | total_return     | "0.00" |
        | total_return_pct | null   |

  Rule: Stored events, notifications and documents are found

    @id.API-072
    Scenario: An event is found by its type, with its data
      Given Nora has sent POST /api/events with
        | field     | value      |
        | type      | {the mark} |
        | data.step | 3          |
      And the response is saved as "event"
      And Nora has sent POST /api/events with
        | field | value         |
        | type  | another_event |
      When Nora sends GET /api/events with
        | part  | name | value      |
        | query | type | {the mark} |
      Then the response has
        | path                | value           |
        | total               | 1               |
        | events[0].id        | {event.id}      |
        | events[0].data.step | 3               |
        | events[0].user_id   | {event.user_id} |

    @id.API-073
    Scenario: A notification that is read twice keeps the time of the first
      Given Nora has sent POST /api/notifications with
        | field   | value          |
        | type    | info           |
        | title   | {unique Hello} |
        | message | Good morning   |
      And the response is saved as "note"
      And Nora has sent POST /api/notifications/{note.id}/read
      And the response is saved as "first"
      When Nora sends POST /api/notifications/{note.id}/read
      Then the response is 200
      And the response has
        | path    | value           |
        | id      | {note.id}       |
        | read_at | {first.read_at} |

    @id.API-074
    Scenario: An invalid document of a batch is reported, the other is stored
      When Nora sends POST /api/documents/batch with
        """
        {"documents": [
          {"content": "Apples grow", "source_type": "note", "source_id": "{the mark}-1"},
          {"content": "", "source_type": "note", "source_id": "{the mark}-2"}
        ]}
        """
      Then the response is 200
      And the response has
        | path                       | value    |
        | stored                     | 1        |
        | refused                    | 1        |
        | results[0].id              | {a uuid} |
        | results[1].id              | null     |
        | results[1].errors[0].field | content  |

  Rule: Of simultaneous requests one succeeds

    @id.API-075
    Scenario: Of four simultaneous completions of a session one succeeds
      Given Nora has sent POST /api/research/sessions with
        | field        | value          |
        | session_type | stock_research |
        | ticker       | AAPL           |
      And the response is saved as "session"
      When Nora sends POST /api/research/sessions/{session.id}/transition 4 times from 4 concurrent clients with
        | field | value     |
        | state | completed |
      Then the 4 responses include 1 with the status 200
      And the 4 responses include 3 with the status 409
      And each of the 4 responses took at most 5 seconds
