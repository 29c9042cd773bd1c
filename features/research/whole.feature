@allure.label.epic:Research @needs.database @needs.redis @needs.storage @needs.writes @needs.partners
Feature: End to end: research session
  One research from its beginning to its end leaves what it should in every store, and nothing else.

  @critical @id.RES-102
  Scenario: A research creates a session, its history, two events and a notification
    Given Nora has a new account
    When Nora completes a research session on "AAPL"
    Then exactly these records changed
      | store                    | record                | field | from     | to         |
      | research_sessions        | research session AAPL |       | {absent} | {anything} |
      | research_session_history | research session AAPL |       | {absent} | {anything} |
      | research_session_history | research session AAPL |       | {absent} | {anything} |
      | events                   | research session AAPL |       | {absent} | {anything} |
      | events                   | research session AAPL |       | {absent} | {anything} |
      | notifications            | research session AAPL |       | {absent} | {anything} |
    And the research session "AAPL" is stored with
      | field                      | value                    |
      | state                      | completed                |
      | stage                      | saved                    |
      | data.report.summary        | {some text}              |
      | data.report.recommendation | {one of buy, hold, sell} |
    And the research session "AAPL" has the history
      | from        | to         | by   |
      | initialized | processing | Nora |
      | processing  | completed  | Nora |
    And there is one notification "Research Complete" for the research session "AAPL"
    And there is one event "research_started" for the research session "AAPL"
    And there is one event "research_completed" for the research session "AAPL"
    And the price service was called once
