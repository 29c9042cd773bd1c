@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Errors and retries of a status
  An error schedules a retry while there are retries left, and fails the status otherwise. Each error counts.

  Rule: An error schedules a retry, or fails the status

    @critical @id.STA-028
    Scenario Outline: The first error of a status that is <state> schedules a retry
      Given Dana has the status "Import" in the state "<state>"
      When Dana sends POST /api/status/{status Import.id}/error with
        | field          | value      |
        | error_info     | no memory  |
        | error_metadata | {"gpu": 3} |
        | worker_id      | gpu-1      |
      Then the response is 200
      And the status "Import" is stored with
        | field        | value         |
        | status       | retry_pending |
        | retry_count  | 1             |
        | error_info   | no memory     |
        | worker_id    | gpu-1         |
        | completed_at | null          |
      And the table "status_history" has 1 row with
        | column          | value              |
        | status_id       | {status Import.id} |
        | change_type     | error_occurred     |
        | error_info      | no memory          |
        | change_metadata | {"gpu": 3}         |
        | previous_status | <state>            |

      Examples: not ended
        | state      |
        | queued     |
        | starting   |
        | finalizing |

    @id.STA-029
    Scenario: An error without retry fails the status
      Given Dana has the status "Import" in the state "starting"
      When Dana sends POST /api/status/{status Import.id}/error with
        | field        | value       |
        | error_info   | no such VOD |
        | should_retry | false       |
      Then the status "Import" is stored with
        | field        | value            |
        | status       | failed           |
        | retry_count  | 0                |
        | error_info   | no such VOD      |
        | completed_at | {its updated_at} |

    @id.STA-030
    Scenario Outline: With <retries> retries error number <errors> fails the status
      Given Dana has the status "Import" in the state "starting" with
        | field       | value     |
        | max_retries | <retries> |
      When Dana sends POST /api/status/{status Import.id}/error <errors> times from 1 concurrent clients with
        | field      | value  |
        | error_info | broken |
      Then the <errors> responses all have the status 200
      And the status "Import" is stored with
        | field       | value     |
        | status      | failed    |
        | retry_count | <retries> |
      And the table "status_history" has 1 row with
        | column     | value              |
        | status_id  | {status Import.id} |
        | new_status | failed             |

      Examples: three retries and none
        | retries | errors |
        | 3       | 4      |

    @id.STA-030
    Scenario: Without retries the first error fails the status
      Given Dana has the status "Import" in the state "starting" with
        | field       | value |
        | max_retries | 0     |
      When Dana sends POST /api/status/{status Import.id}/error with
        | field      | value  |
        | error_info | broken |
      Then the status "Import" is stored with
        | field       | value  |
        | status      | failed |
        | retry_count | 0      |

    @id.STA-031
    Scenario: After an error a status starts again at 0 % and completes
      Given Dana has the status "Import" in the state "finalizing"
      And Dana has sent PATCH /api/status/{status Import.id}/progress with
        | field               | value |
        | progress_percentage | 80    |
      And Dana has sent POST /api/status/{status Import.id}/error with
        | field      | value     |
        | error_info | no memory |
      And Dana's status "Import" has been changed to
        | field      | value    |
        | new_status | starting |
      When Dana moves the status "Import" to "completed"
      Then the status "Import" is stored with
        | field       | value     |
        | status      | completed |
        | error_info  | null      |
        | retry_count | 1         |
      And the status "Import" has the history
        | change_type     | new_status    | previous_progress | new_progress | error_info |
        | status_update   | queued        | null              | 0            | null       |
        | status_update   | finalizing    | 0                 | 0            | null       |
        | progress_update | finalizing    | 0                 | 80           | null       |
        | error_occurred  | retry_pending | 80                | 80           | no memory  |
        | status_update   | starting      | 80                | 0            | null       |
        | status_update   | completed     | 0                 | 100          | null       |

  Rule: Each of many simultaneous errors counts

    @critical @id.STA-032
    Scenario: Forty errors at once count 40 with 100 retries
      Given Dana has the status "Import" in the state "starting" with
        | field       | value |
        | max_retries | 100   |
      When Dana sends POST /api/status/{status Import.id}/error 40 times from 20 concurrent clients with
        | field      | value  |
        | error_info | broken |
      Then the 40 responses all have the status 200
      And the status "Import" is stored with
        | field       | value         |
        | status      | retry_pending |
        | retry_count | 40            |
      And the table "status_history" has 40 rows with
        | column      | value              |
        | status_id   | {status Import.id} |
        | change_type | error_occurred     |

    @critical @id.STA-032
    Scenario: Forty errors at once give three retries, one failure and 36 rejections
      Given Dana has the status "Import" in the state "starting"
      When Dana sends POST /api/status/{status Import.id}/error 40 times from 20 concurrent clients with
        | field      | value  |
        | error_info | broken |
      Then the 40 responses include 4 with the status 200
      And the 40 responses include 36 with the status 409
      And the status "Import" has the history
        | change_type    | new_status    |
        | status_update  | queued        |
        | status_update  | starting      |
        | error_occurred | retry_pending |
        | error_occurred | retry_pending |
        | error_occurred | retry_pending |
        | error_occurred | failed        |

  Rule: Error texts have 1 to 10,000 characters

    @id.STA-033
    Scenario: 10,000 characters are stored completely
      Given Dana has the status "Import" in the state "starting"
      When Dana sends POST /api/status/{status Import.id}/error with
        | field      | value                        |
        | error_info | {a text of 10000 characters} |
      Then the status "Import" is stored with
        | field      | value                        |
        | error_info | {a text of 10000 characters} |

    @id.STA-033
    Scenario Outline: An error text of <length> characters is rejected
      Given Dana has the status "Import" in the state "starting"
      When Dana sends POST /api/status/{status Import.id}/error with
        | field      | value  |
        | error_info | <text> |
      Then the request is rejected as invalid in "error_info"
      And nothing was changed

      Examples: empty and too long
        | length | text                         |
        | 0      | ""                           |
        | 10,001 | {a text of 10001 characters} |
