@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Reading and updating a status
  A status is read by every role and updated by editors. An update changes the given fields only, and nothing at all
  if it is rejected.

  Rule: A status is read by its id

    @smoke @id.STA-011
    Scenario: A status is read back with every field
      Given Dana has the status "Import" with
        | field       | value       |
        | priority    | high        |
        | total_steps | 4           |
        | tags        | ["news"]    |
        | metadata    | {"page": 1} |
      When Vera reads the status "Import"
      Then the response is exactly
        """
        {"status_id": "{status Import.id}", "status": "queued", "priority": "high", "progress_percentage": 0,
         "current_step": null, "total_steps": 4, "completed_steps": 0, "estimated_completion_time": null,
         "vod_id": null, "batch_id": null, "external_id": "{unique Import}", "tags": ["news"],
         "metadata": {"page": 1}, "result": null, "worker_id": null, "heartbeat_at": null,
         "heartbeat_timeout_seconds": 300, "retry_count": 0, "max_retries": 3, "error_info": null, "version": 1,
         "created_at": "{status Import.first_seen.created_at}", "updated_at": "{status Import.first_seen.updated_at}",
         "started_at": null, "completed_at": null}
        """

    @id.STA-012
    Scenario Outline: <request> of an unknown status is not found
      When Dana sends <request> with
        | part | name    | value   |
        | json | <field> | <value> |
      Then the request is rejected as not found
      And nothing was changed

      Examples: operations with a body
        | request                             | field               | value    |
        | PUT /api/status/{a uuid}            | new_status          | starting |
        | PATCH /api/status/{a uuid}/progress | progress_percentage | 5        |
        | POST /api/status/{a uuid}/error     | error_info          | broken   |
        | POST /api/status/{a uuid}/heartbeat | worker_id           | gpu-1    |

    @id.STA-012
    Scenario Outline: <method> of <id><end> is <status>
      When Dana sends <method> /api/status/<id><end>
      Then the response is <status> "<error>"

      Examples: unknown ids, ids that are not UUIDs, unsupported methods
        | method | id       | end      | status | error            |
        | GET    | {a uuid} |          | 404    | NotFoundError    |
        | DELETE | {a uuid} |          | 404    | NotFoundError    |
        | POST   | {a uuid} | /retry   | 404    | NotFoundError    |
        | GET    | {a uuid} | /history | 404    | NotFoundError    |
        | GET    | Import   |          | 422    | ValidationError  |
        | DELETE | Import   |          | 422    | ValidationError  |
        | GET    | Import   | /history | 422    | ValidationError  |
        | PATCH  | {a uuid} |          | 405    | MethodNotAllowed |
        | POST   | {a uuid} |          | 405    | MethodNotAllowed |
        | POST   | events   |          | 405    | MethodNotAllowed |
        | DELETE | events   |          | 405    | MethodNotAllowed |

    @id.STA-012
    Scenario: The event feed is not read as a status
      When Vera sends GET /api/status/events
      Then the response is 200
      And the response has
        | path       | value      |
        | events     | {a list}   |
        | next_after | {a number} |

  Rule: An update changes the given fields only

    @smoke @critical @id.STA-013
    Scenario: An update to completed with 100 % is stored
      Given Dana has the status "Import" in the state "finalizing"
      When Dana changes the status "Import" to
        | field               | value        |
        | new_status          | completed    |
        | progress_percentage | 100          |
        | result              | {"pages": 3} |
      Then the response is 200
      And the status "Import" is stored with
        | field               | value            |
        | status              | completed        |
        | progress_percentage | 100              |
        | result              | {"pages": 3}     |
        | completed_at        | {its updated_at} |
        | version             | 3                |

    @id.STA-014
    Scenario: An update stores the given fields and keeps the others
      Given Dana has the status "Import" in the state "starting" with
        | field       | value |
        | total_steps | 4     |
      And Dana's status "Import" has been changed to
        | field        | value    |
        | new_status   | starting |
        | current_step | download |
        | worker_id    | gpu-1    |
      When Dana changes the status "Import" to
        | field                     | value                |
        | new_status                | metadata_extraction  |
        | completed_steps           | 1                    |
        | estimated_completion_time | 2030-01-01T12:00:00Z |
      Then the status "Import" is stored with
        | field                     | value                |
        | status                    | metadata_extraction  |
        | current_step              | download             |
        | worker_id                 | gpu-1                |
        | completed_steps           | 1                    |
        | progress_percentage       | 25                   |
        | estimated_completion_time | 2030-01-01T12:00:00Z |
        | version                   | 4                    |
        | priority                  | normal               |

    @id.STA-014
    Scenario: An update that changes nothing adds no history entry
      Given Dana has the status "Import" in the state "starting"
      And Dana's status "Import" has been changed to
        | field        | value    |
        | new_status   | starting |
        | current_step | download |
      When Dana changes the status "Import" to
        | field         | value    |
        | new_status    | starting |
        | current_step  | download |
        | change_reason | again    |
      Then the response is 200
      And the status "Import" is stored with
        | field   | value |
        | version | 3     |
      And the table "status_history" has 3 rows with
        | column    | value              |
        | status_id | {status Import.id} |

    @id.STA-017
    Scenario Outline: An update with <case> is rejected
      Given Dana has the status "Import" in the state "starting"
      When Dana changes the status "Import" to
        | field      | value   |
        | new_status | <state> |
        | <field>    | <value> |
      Then the request is rejected as invalid in "<place>"
      And nothing was changed

      Examples: invalid values
        | case                  | state    | field               | value    | place               |
        | an unknown state      | finished | current_step        | download | new_status          |
        | no state              | {absent} | current_step        | download | new_status          |
        | progress of 150       | starting | progress_percentage | 150      | progress_percentage |
        | progress of -1        | starting | progress_percentage | -1       | progress_percentage |
        | progress as text      | starting | progress_percentage | "50"     | progress_percentage |
        | negative steps        | starting | completed_steps     | -1       | completed_steps     |
        | steps without a total | starting | completed_steps     | 1        | completed_steps     |
        | an unknown field      | starting | priority            | high     | priority            |
        | a version of 0        | starting | expected_version    | 0        | expected_version    |

    @id.STA-019
    Scenario Outline: An update to <state> with <case> is rejected
      Given Dana has the status "Import" in the state "starting" with
        | field       | value |
        | total_steps | 4     |
      When Dana changes the status "Import" to
        | field      | value   |
        | new_status | <state> |
        | <field>    | <value> |
      Then the request is rejected as invalid in "<place>"
      And nothing was changed

      Examples: fields that the state does not allow
        | state               | case                  | field               | value    | place               |
        | completed           | 50 %                  | progress_percentage | 50       | progress_percentage |
        | completed           | 3 of 4 steps          | completed_steps     | 3        | completed_steps     |
        | completed           | a reason of a failure | error_info          | broken   | error_info          |
        | metadata_extraction | a result              | result              | {"a": 1} | result              |
        | failed              | no reason             | current_step        | download | error_info          |
        | cancelled           | progress              | progress_percentage | 10       | progress_percentage |

    @id.STA-019
    Scenario: Completed sets 100 % and all steps
      Given Dana has the status "Import" in the state "starting" with
        | field       | value |
        | total_steps | 4     |
      When Dana moves the status "Import" to "completed"
      Then the status "Import" is stored with
        | field               | value |
        | progress_percentage | 100   |
        | completed_steps     | 4     |

  Rule: The first stage sets the start time, and each end the end time

    @id.STA-018
    Scenario: Later stages keep the start time
      Given Dana has the status "Import" in the state "starting"
      When Dana moves the status "Import" to "finalizing"
      Then the status "Import" is stored with
        | field        | value       |
        | started_at   | {as before} |
        | completed_at | null        |

    @id.STA-018
    Scenario Outline: <end> sets the end time
      Given Dana has the status "Import" in the state "starting"
      When Dana moves the status "Import" to "<end>"
      Then the status "Import" is stored with
        | field        | value            |
        | started_at   | {as before}      |
        | completed_at | {its updated_at} |

      Examples: each end
        | end       |
        | completed |
        | failed    |
        | cancelled |

  Rule: Contradicting updates are serialised

    @critical @id.STA-020
    Scenario: Of twenty simultaneous updates with one expected version one succeeds
      Given Dana has the status "Import" in the state "starting"
      When Dana sends PUT /api/status/{status Import.id} 20 times from 10 concurrent clients with
        | field            | value     |
        | new_status       | cancelled |
        | expected_version | 2         |
      Then the 20 responses include 1 with the status 200
      And the 20 responses include 19 with the status 409
      And the table "status_history" has 1 row with
        | column     | value              |
        | status_id  | {status Import.id} |
        | new_status | cancelled          |

    @id.STA-020
    Scenario: An outdated expected version is rejected
      Given Dana has the status "Import" in the state "starting"
      When Dana changes the status "Import" to
        | field            | value      |
        | new_status       | finalizing |
        | expected_version | 1          |
      Then the request is rejected as conflicting
      And nothing was changed

  Rule: Only a failed status is retried

    @id.STA-021
    Scenario: A retry queues a failed status again and keeps its history
      Given Dana has the status "Import" in the state "starting" with
        | field       | value |
        | total_steps | 4     |
      And Dana has sent PATCH /api/status/{status Import.id}/progress with
        | field           | value    |
        | completed_steps | 2        |
        | current_step    | download |
        | worker_id       | gpu-1    |
      And Dana has sent POST /api/status/{status Import.id}/error with
        | field      | value  |
        | error_info | broken |
      And Dana's status "Import" has been changed to
        | field      | value  |
        | new_status | failed |
        | error_info | broken |
      When Dana retries the status "Import"
      Then the response is 200
      And the status "Import" is stored with
        | field               | value  |
        | status              | queued |
        | progress_percentage | 0      |
        | completed_steps     | 0      |
        | retry_count         | 0      |
        | error_info          | null   |
        | completed_at        | null   |
        | current_step        | null   |
        | worker_id           | null   |
        | heartbeat_at        | null   |
      And the status "Import" has the history
        | change_type         | new_status    |
        | status_update       | queued        |
        | status_update       | starting      |
        | progress_update     | starting      |
        | error_occurred      | retry_pending |
        | status_update       | failed        |
        | manual_intervention | queued        |

    @id.STA-021
    Scenario Outline: A status that is <state> is not retried
      Given Dana has the status "Import" in the state "<state>"
      When Dana retries the status "Import"
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: other states
        | state         |
        | queued        |
        | starting      |
        | finalizing    |
        | retry_pending |
        | completed     |
        | cancelled     |

  Rule: Deletion removes a status with all that belongs to it

    @id.STA-022
    Scenario: A deleted status takes its history and events along, and no others
      Given Dana has the status "Other" in the state "starting"
      And Dana has the status "Import" in the state "completed"
      When Dana deletes the status "Import"
      Then the response is 204
      And the status "Import" is permanently deleted
      And the table "status_history" has no rows with
        | column    | value              |
        | status_id | {status Import.id} |
      And the table "status_events" has no rows with
        | column    | value              |
        | status_id | {status Import.id} |
      And the table "status_history" has 2 rows with
        | column    | value             |
        | status_id | {status Other.id} |

    @id.STA-022
    Scenario: A deleted VOD takes its statuses along, and no others
      Given Dana has the VOD "City Council"
      And Dana has the status "Other"
      And Dana has the status "Import" with
        | field  | value             |
        | vod_id | {City Council.id} |
      When Dana sends DELETE /api/vod/{City Council.id}
      Then the response is 204
      And the status "Import" is permanently deleted
      And the status "Other" is available
