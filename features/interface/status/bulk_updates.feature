@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Updates in bulk
  A worker that reports on many statuses sends its updates in one request. They are stored at once, and applied in
  order, each once.

  Rule: Updates are applied in order

    @critical @id.STA-054
    Scenario: Updates are applied within 2 seconds
      Given Dana has the status "Import"
      When Dana sends POST /api/status/updates with
        """
        {"updates": [{"status_id": "{status Import.id}", "kind": "status", "new_status": "starting"},
                     {"status_id": "{status Import.id}", "kind": "heartbeat", "worker_id": "gpu-1"},
                     {"status_id": "{status Import.id}", "kind": "progress", "progress_percentage": 40},
                     {"status_id": "{status Import.id}", "kind": "error", "error_info": "no memory"}]}
        """
      Then the response is 202
      And the response has
        | path     | value |
        | accepted | 4     |
      And within 2 seconds Dana gets from /api/status/updates/{response.receipt_id}
        | path               | value                                      |
        | state              | applied                                    |
        | counts             | {"applied": 4, "skipped": 0, "refused": 0} |
        | results[*].outcome | applied                                    |
      And the status "Import" has the history
        | change_type     | new_status    | new_progress | error_info | by   |
        | status_update   | queued        | 0            | null       | Dana |
        | status_update   | starting      | 0            | null       | Dana |
        | progress_update | starting      | 40           | null       | Dana |
        | error_occurred  | retry_pending | 40           | no memory  | Dana |

    @id.STA-054
    Scenario Outline: A receipt is <status> for <who>
      Given Dana has the status "Import"
      And Dana has sent POST /api/status/updates with
        """
        {"updates": [{"status_id": "{status Import.id}", "kind": "status", "new_status": "starting"}]}
        """
      When <who> sends GET /api/status/updates/{response.receipt_id}
      Then the response is <status>

      Examples: the sender, an administrator and others
        | who  | status |
        | Dana | 200    |
        | Omar | 200    |
        | Vera | 404    |
        | Ravi | 404    |

    @id.STA-054
    Scenario: No updates are rejected
      When Dana sends POST /api/status/updates with
        """
        {"updates": []}
        """
      Then the request is rejected as invalid in "updates"
      And nothing was changed

    @id.STA-054
    Scenario: 1001 updates are rejected
      When Dana sends POST /api/status/updates with
        """
        {"updates": [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}
        """
      Then the request is rejected as invalid in "updates"
      And nothing was changed

    @critical @id.STA-055
    Scenario: Updates of one status are applied in order, also across receipts
      Given Dana has the status "Import"
      And Dana has sent POST /api/status/updates with
        """
        {"updates": [{"status_id": "{status Import.id}", "kind": "status", "new_status": "starting"},
                     {"status_id": "{status Import.id}", "kind": "progress", "progress_percentage": 40},
                     {"status_id": "{status Import.id}", "kind": "progress", "progress_percentage": 30}]}
        """
      When Dana sends POST /api/status/updates with
        """
        {"updates": [{"status_id": "{status Import.id}", "kind": "status", "new_status": "completed"},
                     {"status_id": "{status Import.id}", "kind": "progress", "progress_percentage": 90},
                     {"status_id": "{status Import.id}", "kind": "heartbeat", "worker_id": "gpu-1"}]}
        """
      Then within 5 seconds Dana gets from /api/status/updates/{response.receipt_id}
        | path               | value                                      |
        | counts             | {"applied": 1, "skipped": 2, "refused": 0} |
        | results[0].outcome | applied                                    |
        | results[1].outcome | skipped                                    |
        | results[2].outcome | skipped                                    |
      And the status "Import" has the history
        | change_type     | new_status | new_progress |
        | status_update   | queued     | 0            |
        | status_update   | starting   | 0            |
        | progress_update | starting   | 40           |
        | status_update   | completed  | 100          |

  Rule: An invalid item does not stop the rest

    @id.STA-056
    Scenario Outline: <case> is refused, and the rest is applied
      Given Dana has the status "Import"
      When Dana sends POST /api/status/updates with
        """
        {"updates": [<item>, {"status_id": "{status Import.id}", "kind": "status", "new_status": "starting"}]}
        """
      Then within 5 seconds Dana gets from /api/status/updates/{response.receipt_id}
        | path                  | value   |
        | results[0].outcome    | refused |
        | results[0].error.type | <error> |
        | results[1].outcome    | applied |
        | results[1].error      | null    |
      And the status "Import" is stored with
        | field  | value    |
        | status | starting |

      Examples: malformed, unknown and forbidden
        | case                     | error           | item                                                                                |
        | A number                 | ValidationError | 5                                                                                   |
        | An unknown kind          | ValidationError | {"status_id": "{status Import.id}", "kind": "retry"}                                |
        | Progress of 150          | ValidationError | {"status_id": "{status Import.id}", "kind": "progress", "progress_percentage": 150} |
        | An unknown status        | NotFoundError   | {"status_id": "{a uuid}", "kind": "progress", "progress_percentage": 5}             |
        | A forbidden transition   | ConflictError   | {"status_id": "{status Import.id}", "kind": "status", "new_status": "completed"}    |
        | Progress outside a stage | ConflictError   | {"status_id": "{status Import.id}", "kind": "progress", "progress_percentage": 5}   |

  Rule: Updates survive their worker

    @critical @needs.faults @lock.platform @id.STA-057
    Scenario: Without a worker updates wait
      Given Dana has the status "Import"
      And the worker is stopped
      When Dana sends POST /api/status/updates with
        """
        {"updates": [{"status_id": "{status Import.id}", "kind": "status", "new_status": "starting"}]}
        """
      Then within 5 seconds Dana gets from /api/status/updates/{response.receipt_id}
        | path    | value   |
        | state   | waiting |
        | results | {empty} |

    @critical @needs.faults @lock.platform @id.STA-057
    Scenario: The next worker applies the updates that waited
      Given Dana has the status "Import"
      And the worker is stopped
      And Dana has sent POST /api/status/updates with
        """
        {"updates": [{"status_id": "{status Import.id}", "kind": "status", "new_status": "starting"}]}
        """
      And the response is saved as "updates"
      When the worker is restored
      Then within 10 seconds Dana gets from /api/status/updates/{updates.receipt_id}
        | path           | value   |
        | state          | applied |
        | counts.applied | 1       |

    @critical @slow @needs.faults @lock.platform @id.STA-057
    Scenario: The updates of a killed worker are applied once each, in order
      Given Dana has the status "First" in the state "starting"
      And Dana has the status "Second" in the state "starting"
      And Dana has the status "Third" in the state "starting"
      When the worker is killed while it applies 250 updates in bulk
      Then within 20 seconds each of the updates in bulk is applied once, in order
      And no acknowledged change was lost
