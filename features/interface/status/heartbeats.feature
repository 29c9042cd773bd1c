@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Heartbeats and silence
  A worker that is silent for longer than the timeout of its status is reported, and then treated as an error.

  Rule: A heartbeat is not a change

    @id.STA-034
    Scenario: A heartbeat sets its time and worker only
      Given Dana has the status "Import" in the state "starting"
      When Dana sends POST /api/status/{status Import.id}/heartbeat with
        | field     | value |
        | worker_id | gpu-1 |
      Then the response is 200
      And the status "Import" is stored with
        | field        | value                      |
        | heartbeat_at | {a time within 30 seconds} |
        | worker_id    | gpu-1                      |
        | version      | {as before}                |
        | updated_at   | {as before}                |
      And the status "Import" has the history
        | change_type   |
        | status_update |
        | status_update |
      And the status "Import" has the events
        | type           |
        | status.created |
        | status.changed |

    @id.STA-034
    Scenario: A heartbeat without a worker is rejected
      Given Dana has the status "Import" in the state "starting"
      When Dana sends POST /api/status/{status Import.id}/heartbeat with
        """
        {}
        """
      Then the request is rejected as invalid in "worker_id"
      And nothing was changed

  Rule: Only a silent stage is stale

    @id.STA-035
    Scenario Outline: A status that is <state> and silent for <silence> is <verdict>
      Given Dana has the status "Import" in the state "<state>" with
        | field                     | value |
        | heartbeat_timeout_seconds | 7200  |
      And the row of "processing_status" with "status_id" "{status Import.id}" was stored with
        | column    | value                  |
        | active_at | {a time <silence> ago} |
      When Vera sends GET /api/status/presets/stale with
        | part  | name            | value     |
        | query | limit           | 100       |
        | query | timeout_seconds | <timeout> |
      Then the response has
        | path                                                    | value     |
        | $.statuses[?(@.status_id=="{status Import.id}")].status | <verdict> |

      Examples: stages are stale beyond the timeout
        | state      | silence  | timeout  | verdict    |
        | starting   | 3 hours  | {absent} | starting   |
        | finalizing | 3 hours  | {absent} | finalizing |
        | starting   | 1 hour   | {absent} | {absent}   |
        | starting   | 1 hour   | 1800     | starting   |
        | starting   | 1 minute | 1800     | {absent}   |

      Examples: other states are never stale
        | state         | silence | timeout  | verdict  |
        | queued        | 3 hours | {absent} | {absent} |
        | retry_pending | 3 hours | {absent} | {absent} |
        | completed     | 3 hours | {absent} | {absent} |
        | failed        | 3 hours | {absent} | {absent} |

    @id.STA-035
    Scenario: A timeout of 0 is rejected
      When Vera sends GET /api/status/presets/stale?timeout_seconds=0
      Then the request is rejected as invalid in "timeout_seconds"

  Rule: Silence is reported once, and then an error

    @critical @id.STA-036
    Scenario: A stage with a timeout of 1 second is reported, then retried
      Given Dana has the status "Import" in the state "starting" with
        | field                     | value |
        | heartbeat_timeout_seconds | 1     |
      Then within 3 seconds the table "status_events" has 1 row with
        | column    | value                   |
        | status_id | {status Import.id}      |
        | type      | status.heartbeat_missed |
      And within 5 seconds the status "Import" has the events
        | type                    | status        |
        | status.created          | queued        |
        | status.changed          | starting      |
        | status.heartbeat_missed | starting      |
        | status.error            | retry_pending |
        | status.changed          | retry_pending |
        | status.retry_scheduled  | retry_pending |
      And the status "Import" has the history
        | change_type   | new_status    | error_info | by   |
        | status_update | queued        | null       | Dana |
        | status_update | starting      | null       | Dana |
        | system_event  | retry_pending | {not null} | null |

    @critical @slow @id.STA-037
    Scenario: Heartbeats keep a stage with a timeout of 1 second as it is
      Given Dana has the status "Import" in the state "starting" with
        | field                     | value |
        | heartbeat_timeout_seconds | 1     |
      Then with a heartbeat every 0.5 seconds the status "Import" does not change in 5 seconds

    @critical @slow @needs.faults @lock.platform @id.STA-038
    Scenario: An outage of the database is not a silence of the worker
      Given Dana has the status "Import" in the state "starting" with
        | field                     | value |
        | heartbeat_timeout_seconds | 2     |
      When the database is unavailable for 5 seconds
      Then within 2 seconds Vera gets from /api/status/{status Import.id}
        | path   | value    |
        | status | starting |
      And with a heartbeat every 0.5 seconds the status "Import" does not change in 1 second
      And the status "Import" has the events
        | type           |
        | status.created |
        | status.changed |
