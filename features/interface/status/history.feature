@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: History of a status
  The history shows each creation and change once, newest first. No request changes it.

  Rule: Each change makes one complete entry

    @critical @id.STA-039
    Scenario: Creation, transition, progress and error make one entry each
      Given Dana has the status "Import"
      And Dana's status "Import" has been changed to
        | field           | value         |
        | new_status      | starting      |
        | worker_id       | gpu-1         |
        | change_reason   | a free worker |
        | change_metadata | {"queue": 2}  |
      And Dana has sent PATCH /api/status/{status Import.id}/progress with
        | field               | value |
        | progress_percentage | 40    |
      And Dana's status "Import" has been changed to
        | field               | value    |
        | new_status          | starting |
        | progress_percentage | 50       |
      When Dana sends POST /api/status/{status Import.id}/error with
        | field      | value     |
        | error_info | no memory |
      Then the status "Import" has the history
        | change_type     | previous_status | new_status    | previous_progress | new_progress | change_reason | change_metadata | worker_id | error_info | by   |
        | status_update   | null            | queued        | null              | 0            | null          | null            | null      | null       | Dana |
        | status_update   | queued          | starting      | 0                 | 0            | a free worker | {"queue": 2}    | gpu-1     | null       | Dana |
        | progress_update | starting        | starting      | 0                 | 40           | null          | null            | gpu-1     | null       | Dana |
        | progress_update | starting        | starting      | 40                | 50           | null          | null            | gpu-1     | null       | Dana |
        | error_occurred  | starting        | retry_pending | 50                | 50           | null          | null            | gpu-1     | no memory  | Dana |

  Rule: The history is read in pages

    @id.STA-040
    Scenario: The history is newest first, and paged
      Given Dana has the status "Import" in the state "completed"
      When Vera sends GET /api/status/{status Import.id}/history?limit=2
      Then the response has
        | path                  | value         |
        | total                 | 3             |
        | history               | {a list of 2} |
        | history[0].new_status | completed     |
        | history[1].new_status | starting      |
      And within 5 seconds Vera gets from /api/status/{status Import.id}/history?limit=2&offset=2
        | path                        | value         |
        | total                       | 3             |
        | history                     | {a list of 1} |
        | history[0].new_status       | queued        |
        | history[0].duration_seconds | null          |

    @id.STA-040
    Scenario Outline: The history is filtered by <filter>: <total>
      Given Dana has the status "Import" in the state "retry_pending"
      When Vera sends GET /api/status/{status Import.id}/history with
        | part  | name     | value   |
        | query | <filter> | <value> |
      Then the response has
        | path  | value   |
        | total | <total> |

      Examples: types and times
        | filter      | value               | total |
        | change_type | error_occurred      | 1     |
        | change_type | progress_update     | 0     |
        | since       | {a time 1 hour ago} | 2     |
        | since       | {a time in 1 hour}  | 0     |
        | until       | {a time 1 hour ago} | 0     |
        | until       | {a time in 1 hour}  | 2     |

    @id.STA-040
    Scenario: An unknown type is rejected
      Given Dana has the status "Import"
      When Vera sends GET /api/status/{status Import.id}/history?change_type=deletion
      Then the request is rejected as invalid in "change_type"

    @id.STA-040
    Scenario Outline: <method> of the history is not supported
      Given Dana has the status "Import"
      When Dana sends <method> /api/status/{status Import.id}/history
      Then the response is 405 "MethodNotAllowed"
      And nothing was changed

      Examples: writing methods
        | method |
        | POST   |
        | PUT    |
        | PATCH  |
        | DELETE |

    @id.STA-041
    Scenario: An erased user is null in the history
      Given Dana has a new account
      And Dana has the status "Import" in the state "starting"
      And Dana has sent POST /api/privacy/erase
      When Omar reads the status "Import"
      Then the response is 200
      And the status "Import" has the history
        | change_type   | new_status | by   |
        | status_update | queued     | null |
        | status_update | starting   | null |
