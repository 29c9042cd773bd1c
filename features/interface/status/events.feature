@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Event feed of statuses
  Each change writes its events in its own transaction. A reader that continues from the last number misses none and
  gets none twice.

  Rule: Each change writes its events in the documented order

    @id.STA-058
    Scenario Outline: A status that is <from> and moves to <to> writes <number> more events
      Given Dana has the status "Import" in the state "<from>"
      When Dana moves the status "Import" to "<to>"
      Then the status "Import" has the events
        | type           | status |
        | status.created | queued |
        | status.changed | <from> |
        | status.changed | <to>   |
        | <end>          | <to>   |

      Examples: each end
        | from     | to        | end              | number |
        | starting | completed | status.completed | two    |
        | starting | failed    | status.failed    | two    |
        | starting | cancelled | status.cancelled | two    |

    @critical @id.STA-058
    Scenario: Progress, errors, a retry and the end write their events in order
      Given Dana has the status "Import" in the state "starting" with
        | field       | value |
        | max_retries | 1     |
      And Dana has sent PATCH /api/status/{status Import.id}/progress with
        | field               | value |
        | progress_percentage | 40    |
      And Dana has sent PATCH /api/status/{status Import.id}/progress with
        | field               | value    |
        | progress_percentage | 40       |
        | current_step        | download |
      And Dana has sent POST /api/status/{status Import.id}/heartbeat with
        | field     | value |
        | worker_id | gpu-1 |
      And Dana has sent POST /api/status/{status Import.id}/error with
        | field      | value  |
        | error_info | broken |
      And Dana has sent POST /api/status/{status Import.id}/error with
        | field      | value |
        | error_info | again |
      When Dana retries the status "Import"
      Then the status "Import" has the events
        | type                   | status        | progress_percentage |
        | status.created         | queued        | 0                   |
        | status.changed         | starting      | 0                   |
        | status.progress        | starting      | 40                  |
        | status.error           | retry_pending | 40                  |
        | status.changed         | retry_pending | 40                  |
        | status.retry_scheduled | retry_pending | 40                  |
        | status.error           | failed        | 40                  |
        | status.changed         | failed        | 40                  |
        | status.failed          | failed        | 40                  |
        | status.changed         | queued        | 0                   |

    @id.STA-058
    Scenario: A second error in retry_pending writes no change of state
      Given Dana has the status "Import" in the state "retry_pending"
      When Dana sends POST /api/status/{status Import.id}/error with
        | field      | value |
        | error_info | again |
      Then the status "Import" has the events
        | type                   | status        |
        | status.created         | queued        |
        | status.error           | retry_pending |
        | status.changed         | retry_pending |
        | status.retry_scheduled | retry_pending |
        | status.error           | retry_pending |
        | status.retry_scheduled | retry_pending |

    @id.STA-058
    Scenario: The feed returns the events of a status, oldest first
      Given Dana has the status "Import" in the state "starting"
      When Vera sends GET /api/status/events?status_id={status Import.id}
      Then the response has
        """
        {"events": [
          {"seq": "{a number}", "type": "status.created", "status_id": "{status Import.id}", "status": "queued",
           "progress_percentage": 0, "at": "{a time}",
           "data": {"status": "queued", "previous_status": null, "priority": "normal",
                    "external_id": "{unique Import}", "error_info": null}},
          {"seq": "{a number}", "type": "status.changed", "status_id": "{status Import.id}", "status": "starting",
           "progress_percentage": 0, "at": "{a time}",
           "data": {"status": "starting", "previous_status": "queued"}}]}
        """
      And within 5 seconds Vera gets from /api/status/events?status_id={status Import.id}&after={response.next_after}
        | path   | value   |
        | events | {empty} |

  Rule: A reader misses none and gets none twice

    @critical @id.STA-059
    Scenario: A reader gets each event exactly once while ten callers report
      Given Dana has the status "Import" in the state "starting"
      When Vera reads the events while 10 callers report progress of the status "Import"
      Then each reader got every event of the status "Import" exactly once, in order
