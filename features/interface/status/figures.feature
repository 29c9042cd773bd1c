@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Figures of statuses
  Dashboards show how much is in progress and how well the workers do.

  Rule: Aggregates count what was created in a span

    @id.STA-050
    Scenario: The aggregates of a span are right
      Given Dana has these statuses
        | name  | priority |
        | One   | high     |
        | Two   | low      |
        | Three | low      |
      And the row of "processing_status" with "status_id" "{status One.id}" was stored with
        | column              | value                |
        | created_at          | 2001-02-03T00:00:00Z |
        | progress_percentage | 50                   |
        | worker_id           | gpu-1                |
      And the row of "processing_status" with "status_id" "{status Two.id}" was stored with
        | column              | value                |
        | created_at          | 2001-02-03T12:00:00Z |
        | progress_percentage | 25                   |
      And the row of "processing_status" with "status_id" "{status Three.id}" was stored with
        | column     | value                |
        | created_at | 2001-02-04T00:00:00Z |
      When Vera sends GET /api/status/aggregates?start=2001-02-03T00:00:00Z&end=2001-02-04T00:00:00Z
      Then the response has
        """
        {"total": 2, "by_status": {"queued": 2, "starting": 0, "completed": 0},
         "by_priority": {"low": 1, "normal": 0, "high": 1, "urgent": 0},
         "progress": {"average": 37.5, "minimum": 25, "maximum": 50}}
        """

    @id.STA-050
    Scenario: An empty span gives zeros and nulls
      When Vera sends GET /api/status/aggregates?start=1990-01-01T00:00:00Z&end=1990-01-02T00:00:00Z
      Then the response has
        """
        {"total": 0, "by_status": {"queued": 0, "failed": 0}, "by_priority": {"low": 0, "urgent": 0},
         "progress": {"average": null, "minimum": 0, "maximum": 0}}
        """

    @id.STA-050
    Scenario: A span of 367 days is rejected
      When Vera sends GET /api/status/aggregates?start=2001-01-01T00:00:00Z&end=2002-01-03T00:00:00Z
      Then the response is 422 "ValidationError"

    @id.STA-050
    Scenario: Without a span all statuses count
      Given Dana has the status "Import" in the state "starting"
      When Vera sends GET /api/status/aggregates
      Then the response has
        | path               | value        |
        | total              | {at least 1} |
        | by_status.starting | {at least 1} |

  Rule: Worker figures agree with what was done

    @id.STA-052
    Scenario: The figures of a worker count what it ended
      Given Dana has the status "One" in the state "completed"
      And Dana has the status "Two" in the state "failed"
      And the row of "processing_status" with "status_id" "{status One.id}" was stored with
        | column       | value                   |
        | worker_id    | gpu-{the mark}          |
        | started_at   | {a time 90 minutes ago} |
        | completed_at | {a time 30 minutes ago} |
      And the row of "processing_status" with "status_id" "{status Two.id}" was stored with
        | column       | value               |
        | worker_id    | gpu-{the mark}      |
        | completed_at | {a time 6 days ago} |
      When Vera sends GET /api/status/metrics/workers/gpu-{the mark}
      Then the response has
        | path         | value          |
        | worker_id    | gpu-{the mark} |
        | days         | 7              |
        | completed    | 1              |
        | failed       | 1              |
        | success_rate | 0.5            |
      And within 5 seconds Vera gets from /api/status/metrics/workers/gpu-{the mark}?days=1
        | path            | value      |
        | completed       | 1          |
        | failed          | 0          |
        | success_rate    | 1          |
        | average_seconds | {a number} |

    @id.STA-052
    Scenario: An unknown worker has zeros and nulls
      When Vera sends GET /api/status/metrics/workers/unknown-{the mark}
      Then the response is exactly
        """
        {"worker_id": "unknown-{the mark}", "days": 7, "completed": 0, "failed": 0, "success_rate": null,
         "average_seconds": null}
        """

    @id.STA-052
    Scenario: 91 days are rejected
      When Vera sends GET /api/status/metrics/workers/gpu-1?days=91
      Then the request is rejected as invalid in "days"

    @lock.platform @id.STA-052
    Scenario: The summary counts what is in progress and what ended today
      Given Dana has the status "One" in the state "starting"
      And Dana has the status "Two" in the state "completed"
      And Dana has the status "Three" in the state "failed"
      When Vera sends GET /api/status/metrics/summary
      Then the response has
        """
        {"active": 1, "average_progress": 0, "waiting_updates": 0,
         "today": {"completed": 1, "failed": 1, "cancelled": 0, "success_rate": 0.5}}
        """

  Rule: Gauges agree with the database

    @lock.platform @id.STA-053
    Scenario: The gauges agree with the database
      Given Dana has the status "One" in the state "starting"
      And Dana has the status "Two" in the state "starting"
      And the row of "processing_status" with "status_id" "{status Two.id}" was stored with
        | column                    | value                  |
        | active_at                 | {a time 4 minutes ago} |
        | heartbeat_timeout_seconds | 200                    |
      When Vera sends GET /metrics
      Then the response contains the text
        """
        statuses{an opening brace}status="starting"} 2.0
        """
      And the response contains the text
        """
        statuses_stale 1.0
        """
      And the response contains the text
        """
        status_updates_waiting 0.0
        """
