@allure.label.epic:Research @needs.database @needs.redis @needs.storage @needs.writes @needs.partners
Feature: A whole research, with every store looked at
  One research from its beginning to its end leaves what it should in every store, and nothing else.

  @critical @id.RES-102
  Scenario: A research leaves a session, its history, two events and one notification
    Given Nora has just joined
    When Nora does a whole research on "AAPL"
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
    And the research session "AAPL" went through
      | from        | to         | by   |
      | initialized | processing | Nora |
      | processing  | completed  | Nora |
    And there is one notification "Research Complete" about the research session "AAPL"
    And there is one event "research_started" about the research session "AAPL"
    And there is one event "research_completed" about the research session "AAPL"
    And the price service was asked once
