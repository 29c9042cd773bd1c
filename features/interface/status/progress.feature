@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Progress of a status
  Workers report how far the work is. Progress belongs to a stage and never goes down.

  Rule: Progress is stored as reported

    @critical @id.STA-023
    Scenario Outline: Progress of <progress> is stored with its step
      Given Dana has the status "Import" in the state "starting"
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field               | value      |
        | progress_percentage | <progress> |
        | current_step        | download   |
      Then the response is 200
      And the status "Import" is stored with
        | field               | value    |
        | status              | starting |
        | progress_percentage | <stored> |
        | current_step        | download |

      Examples: from 0 to 100, rounded half up
        | progress | stored |
        | 0        | 0      |
        | 0.005    | 0.01   |
        | 33.334   | 33.33  |
        | 99.995   | 100    |
        | 100      | 100    |

    @id.STA-023 @smoke
    Scenario Outline: Progress of <progress> is rejected
      Given Dana has the status "Import" in the state "starting"
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field               | value      |
        | progress_percentage | <progress> |
      Then the request is rejected as invalid in "progress_percentage"
      And nothing was changed

      Examples: beyond the limits
        | progress |
        | -0.1     |
        | 100.1    |

    @id.STA-024
    Scenario: Lower progress is rejected
      Given Dana has the status "Import" in the state "starting"
      And Dana has sent PATCH /api/status/{status Import.id}/progress with
        | field               | value |
        | progress_percentage | 40    |
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field               | value |
        | progress_percentage | 39.99 |
      Then the request is rejected as conflicting
      And nothing was changed

    @id.STA-024
    Scenario: Equal progress adds no history entry
      Given Dana has the status "Import" in the state "starting"
      And Dana has sent PATCH /api/status/{status Import.id}/progress with
        | field               | value |
        | progress_percentage | 40    |
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field               | value |
        | progress_percentage | 40    |
      Then the response is 200
      And the status "Import" has the history
        | change_type     | new_progress |
        | status_update   | 0            |
        | status_update   | 0            |
        | progress_update | 40           |

    @critical @id.STA-024
    Scenario: Of fifty simultaneous reports the highest stays
      Given Dana has the status "Import" in the state "starting"
      When 50 concurrent callers report progress of the status "Import"
      Then each accepted report of the status "Import" has one history entry, and the highest stays

    @id.STA-025
    Scenario Outline: <steps> of <total> steps are <percentage> %
      Given Dana has the status "Import" in the state "starting" with
        | field       | value   |
        | total_steps | <total> |
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field           | value   |
        | completed_steps | <steps> |
      Then the status "Import" is stored with
        | field               | value        |
        | completed_steps     | <steps>      |
        | progress_percentage | <percentage> |

      Examples: rounded half up
        | steps | total | percentage |
        | 1     | 3     | 33.33      |
        | 2     | 3     | 66.67      |
        | 1     | 8     | 12.5       |
        | 3     | 3     | 100        |

    @id.STA-025
    Scenario Outline: A report with <case> is rejected
      Given Dana has the status "Import" in the state "starting" with
        | field       | value   |
        | total_steps | <total> |
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field   | value   |
        | <field> | <value> |
      Then the response is 422 "ValidationError"
      And nothing was changed

      Examples: steps above the total, or without one, and nothing to report
        | case                  | total | field           | value    |
        | steps above the total | 3     | completed_steps | 4        |
        | steps without a total | null  | completed_steps | 1        |
        | a step only           | 3     | current_step    | download |
        | metadata only         | 3     | metadata.a      | 1        |

    @id.STA-026
    Scenario: Metadata is merged, and a null removes its key
      Given Dana has the status "Import" in the state "starting" with
        | field    | value                           |
        | metadata | {"a": 1, "b": 2, "c": {"d": 3}} |
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field               | value                              |
        | progress_percentage | 0                                  |
        | metadata            | {"b": null, "c": {"e": 4}, "f": 5} |
      Then the status "Import" is stored with
        | field    | value                           |
        | metadata | {"a": 1, "c": {"e": 4}, "f": 5} |

    @id.STA-026
    Scenario: Metadata of more than 16 KiB in total is rejected
      Given Dana has the status "Import" in the state "starting" with
        | field      | value                       |
        | metadata.a | {a text of 9000 characters} |
      When Dana sends PATCH /api/status/{status Import.id}/progress with
        | field               | value                       |
        | progress_percentage | 10                          |
        | metadata.b          | {a text of 9000 characters} |
      Then the request is rejected as invalid in "metadata"
      And nothing was changed

  Rule: Reports belong to a stage

    @id.STA-027
    Scenario Outline: A status that is <state> takes no <report>
      Given Dana has the status "Import" in the state "<state>"
      When Dana sends <method> /api/status/{status Import.id}/<report> with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: progress
        | state         | report   | method | field               | value |
        | queued        | progress | PATCH  | progress_percentage | 100   |
        | retry_pending | progress | PATCH  | progress_percentage | 100   |
        | completed     | progress | PATCH  | progress_percentage | 100   |
        | failed        | progress | PATCH  | progress_percentage | 100   |
        | cancelled     | progress | PATCH  | progress_percentage | 100   |

      Examples: heartbeats
        | state         | report    | method | field     | value |
        | queued        | heartbeat | POST   | worker_id | gpu-1 |
        | retry_pending | heartbeat | POST   | worker_id | gpu-1 |
        | completed     | heartbeat | POST   | worker_id | gpu-1 |
        | failed        | heartbeat | POST   | worker_id | gpu-1 |
        | cancelled     | heartbeat | POST   | worker_id | gpu-1 |

      Examples: errors after the end
        | state     | report | method | field      | value  |
        | completed | error  | POST   | error_info | broken |
        | failed    | error  | POST   | error_info | broken |
        | cancelled | error  | POST   | error_info | broken |
