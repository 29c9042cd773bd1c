@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Live updates of statuses
  A subscriber of a status, a batch or all statuses gets the present state and then each change, in order.

  Rule: A subscriber gets its changes in order, and no others

    @critical @id.STA-060
    Scenario: A subscriber of a status gets its state, its changes and its deletion
      Given Dana has the status "Import"
      And Dana has the status "Other"
      And Vera is connected to /ws/live
      And Vera has sent over the WebSocket
        | field     | value                     |
        | subscribe | status:{status Import.id} |
      And within 5 seconds Vera has received
        | path     | value                     |
        | event    | status.state              |
        | subject  | status:{status Import.id} |
        | status   | queued                    |
        | progress | 0                         |
      And Dana's status "Other" has been changed to
        | field      | value    |
        | new_status | starting |
      And Dana's status "Import" has been changed to
        | field               | value    |
        | new_status          | starting |
        | progress_percentage | 40       |
      When Dana deletes the status "Import"
      Then within 5 seconds Vera receives
        | path     | value                     |
        | event    | status.changed            |
        | subject  | status:{status Import.id} |
        | status   | starting                  |
        | progress | 40                        |
      And within 5 seconds Vera receives
        | path    | value                     |
        | event   | status.deleted            |
        | subject | status:{status Import.id} |
      And Vera receives nothing more for 500 ms

    @id.STA-060
    Scenario: A subscriber of another status gets nothing
      Given Dana has the status "Import"
      And Dana has the status "Other"
      And Vera is connected to /ws/live
      And Vera has sent over the WebSocket
        | field     | value                     |
        | subscribe | status:{status Import.id} |
      And within 5 seconds Vera has received
        | path  | value        |
        | event | status.state |
      When Dana moves the status "Other" to "starting"
      Then Vera receives nothing more for 500 ms

    @id.STA-060
    Scenario: A subscriber of a batch gets the states of its statuses, then their changes
      Given Dana has created these statuses in one request
        | name   |
        | First  |
        | Second |
      And Vera is connected to /ws/live
      And Vera has sent over the WebSocket
        | field     | value                                    |
        | subscribe | batch:{status First.first_seen.batch_id} |
      And within 5 seconds Vera has received
        | path    | value                    |
        | event   | status.state             |
        | subject | status:{status First.id} |
      And within 5 seconds Vera has received
        | path    | value                     |
        | event   | status.state              |
        | subject | status:{status Second.id} |
      When Dana moves the status "Second" to "cancelled"
      Then within 5 seconds Vera receives
        | path    | value                     |
        | event   | status.changed            |
        | subject | status:{status Second.id} |
        | status  | cancelled                 |
      And Vera receives nothing more for 500 ms

    @lock.platform @id.STA-060
    Scenario: A subscriber of all statuses gets each creation, change and deletion
      Given Vera is connected to /ws/live
      And Vera has sent over the WebSocket
        | field     | value    |
        | subscribe | statuses |
      And within 5 seconds Vera has received
        | path       | value    |
        | subscribed | statuses |
      And Dana has the status "Import"
      And Dana's status "Import" has been changed to
        | field      | value    |
        | new_status | starting |
      When Dana deletes the status "Import"
      Then within 5 seconds Vera receives
        | path    | value                     |
        | event   | status.created            |
        | subject | status:{status Import.id} |
      And within 5 seconds Vera receives
        | path   | value          |
        | event  | status.changed |
        | status | starting       |
      And within 5 seconds Vera receives
        | path    | value                     |
        | event   | status.deleted            |
        | subject | status:{status Import.id} |

    @id.STA-060
    Scenario Outline: An unknown <subject> is an error, and the connection stays open
      Given Vera is connected to /ws/live
      When Vera sends over the WebSocket
        | field     | value                                          |
        | subscribe | <subject>:00000000-0000-4000-8000-000000000000 |
      Then within 5 seconds Vera receives
        | path       | value         |
        | error.type | NotFoundError |
      And Vera receives nothing more for 200 ms

      Examples: statuses and batches
        | subject |
        | status  |
        | batch   |

  Rule: An outage of Redis loses no state

    @critical @slow @needs.faults @lock.platform @id.STA-061
    Scenario Outline: A subscriber misses no change while Redis is <kind>
      Given Dana has the status "Import" in the state "starting"
      And Vera is connected to /ws/live
      And Vera has sent over the WebSocket
        | field     | value                     |
        | subscribe | status:{status Import.id} |
      And within 5 seconds Vera has received
        | path  | value        |
        | event | status.state |
      And Redis is <kind>
      And Dana's status "Import" has been changed to
        | field               | value    |
        | new_status          | starting |
        | progress_percentage | 40       |
      And Redis has been restored
      And within 15 seconds Vera has received
        | path     | value   |
        | event    | <event> |
        | progress | 40      |
      When Dana moves the status "Import" to "completed"
      Then within 5 seconds Vera receives
        | path     | value     |
        | status   | completed |
        | progress | 100       |

      Examples: the state again after an outage, the change itself after a short freeze
        | kind        | event          |
        | unavailable | status.state   |
        | frozen      | status.changed |
