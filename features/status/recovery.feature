@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes @needs.faults @lock.platform
Feature: Recovery of status tracking
  A change is stored with its history and events, or not at all. What was acknowledged is never lost.

  Rule: A failed creation leaves nothing

    @critical @id.STA-009
    Scenario Outline: With the database <kind>, a creation leaves no row, no history entry and no event
      Given Dana has the status "Import" in the state "starting"
      When the database is suddenly <kind>
      And Dana creates the status "Lost"
      Then the response is 503 "DatabaseError"
      And the response took at most 3 seconds
      When the database is restored
      Then within 10 seconds Dana gets from /api/status/{status Import.id}
        | path   | value    |
        | status | starting |
      And nothing was changed
      And no acknowledged change was lost

      Examples: away and frozen
        | kind        |
        | unavailable |

  Rule: Acknowledged reports are durable

    @blocker @slow @id.STA-066
    Scenario: After a database kill under ten callers each acknowledged report has its history entry
      Given Dana has the status "Import" in the state "starting"
      When 100 reports of 10 concurrent callers on the status "Import" meet a killed database
      Then each acknowledged report of the status "Import" has its history entry and event, each other is whole or absent
      And no acknowledged change was lost
