@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes @needs.faults @lock.platform
Feature: Recovery of status tracking
  A change is stored with its history and events, or not at all. What was acknowledged is never lost.

  Rule: A failed creation leaves nothing

    @critical @id.STA-009
    Scenario Outline: With the database <kind> a creation leaves nothing
      Given Dana has the status "Import"
      And the database is <kind>
      When Dana creates the status "Lost"
      Then the response is 503 "DatabaseError"
      And the response took at most 3 seconds
      Given the database has been restored
      Then within 10 seconds Dana gets from /api/status/{status Import.id}
        | path   | value  |
        | status | queued |
      And the table "processing_status" has no rows with
        | column      | value         |
        | external_id | {unique Lost} |
      And the table "status_history" has 1 row with
        | column    | value              |
        | status_id | {status Import.id} |
      And no acknowledged change was lost

      Examples: away and frozen
        | kind        |
        | unavailable |
        | frozen      |

  Rule: Acknowledged reports are durable

    @blocker @slow @id.STA-066
    Scenario: Reports acknowledged around a database kill have their history entry
      Given Dana has the status "Import" in the state "starting"
      When 300 reports of 10 callers on the status "Import" meet a killed database
      Then each report of the status "Import" is whole if acknowledged, and whole or absent if not
      And no acknowledged change was lost
