@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Creating statuses
  A status describes one piece of processing work. It is created queued, alone or with up to 99 others, and exactly
  once however often its request is repeated.

  Rule: A new status is queued

    @smoke @critical @id.STA-001
    Scenario: A created status is queued and stored
      When Dana creates the status "Import"
      Then the response is 201
      And the status "Import" is stored with
        | field               | value                      |
        | status_id           | {a uuid}                   |
        | status              | queued                     |
        | progress_percentage | 0                          |
        | version             | 1                          |
        | created_at          | {a time within 30 seconds} |
        | updated_at          | {its created_at}           |
        | completed_at        | null                       |
      And the status "Import" has the history
        | change_type   | previous_status | new_status | previous_progress | new_progress | by   |
        | status_update | null            | queued     | null              | 0            | Dana |
      And the status "Import" has the events
        | type           | status | progress_percentage |
        | status.created | queued | 0                   |

    @id.STA-002
    Scenario: Omitted fields have their defaults
      When Dana creates the status "Import"
      Then the status "Import" is stored with
        | field                     | value  |
        | priority                  | normal |
        | current_step              | null   |
        | total_steps               | null   |
        | completed_steps           | 0      |
        | estimated_completion_time | null   |
        | vod_id                    | null   |
        | batch_id                  | null   |
        | tags                      | []     |
        | metadata                  | {}     |
        | result                    | null   |
        | worker_id                 | null   |
        | heartbeat_at              | null   |
        | heartbeat_timeout_seconds | 300    |
        | retry_count               | 0      |
        | max_retries               | 3      |
        | error_info                | null   |
        | started_at                | null   |

    @id.STA-002
    Scenario Outline: <field> is stored as sent
      When Dana creates the status "Import" with
        | field   | value   |
        | <field> | <value> |
      Then the response is 201
      And the status "Import" is stored with
        | field   | value   |
        | <field> | <value> |

      Examples: each optional field
        | field                     | value                       |
        | priority                  | urgent                      |
        | total_steps               | 12                          |
        | tags                      | ["news", "50%", "ünïcode"]  |
        | metadata                  | {"a": [1, true, null, "é"]} |
        | heartbeat_timeout_seconds | 60                          |
        | max_retries               | 7                           |

    @id.STA-002
    Scenario: A status belongs to a VOD
      Given Dana has the VOD "City Council"
      When Dana creates the status "Import" with
        | field  | value             |
        | vod_id | {City Council.id} |
      Then the status "Import" is stored with
        | field  | value             |
        | vod_id | {City Council.id} |

    @id.STA-003
    Scenario Outline: <field> is accepted at its limit: <case>
      When Dana creates the status "Import" with
        | field   | value   |
        | <field> | <value> |
      Then the response is 201
      And the status "Import" is stored with
        | field   | value   |
        | <field> | <value> |

      Examples: limits
        | field                     | case    | value                                                                                        |
        | total_steps               | lowest  | 1                                                                                            |
        | total_steps               | highest | 10000                                                                                        |
        | heartbeat_timeout_seconds | lowest  | 1                                                                                            |
        | heartbeat_timeout_seconds | highest | 86400                                                                                        |
        | max_retries               | lowest  | 0                                                                                            |
        | max_retries               | highest | 100                                                                                          |
        | tags                      | longest | ["{a text of 64 characters}"]                                                                |
        | tags                      | most    | ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20"] |

    @id.STA-003
    Scenario Outline: An invalid <field> is rejected: <case>
      When Dana creates the status "Import" with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as invalid in "<place>"
      And nothing was changed

      Examples: values beyond the limits
        | field                     | case          | value                        | place                     |
        | priority                  | unknown       | critical                     | priority                  |
        | total_steps               | too low       | 0                            | total_steps               |
        | total_steps               | too high      | 10001                        | total_steps               |
        | total_steps               | not whole     | 1.5                          | total_steps               |
        | heartbeat_timeout_seconds | too low       | 0                            | heartbeat_timeout_seconds |
        | heartbeat_timeout_seconds | too high      | 86401                        | heartbeat_timeout_seconds |
        | max_retries               | too low       | -1                           | max_retries               |
        | max_retries               | too high      | 101                          | max_retries               |
        | external_id               | empty         | ""                           | external_id               |
        | external_id               | too long      | {a text of 65 characters}    | external_id               |
        | vod_id                    | not a UUID    | City Council                 | vod_id                    |
        | tags                      | repeated      | ["news", "news"]             | tags                      |
        | tags                      | empty text    | [""]                         | tags.0                    |
        | metadata                  | not an object | [1]                          | metadata                  |
        | metadata.note             | too large     | {a text of 16384 characters} | metadata                  |
        | status                    | not accepted  | completed                    | status                    |

      Examples: too many tags
        | field | case | value                                                                                             | place |
        | tags  | 21   | ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"] | tags  |

    @id.STA-004
    Scenario: A status for an unknown VOD is rejected
      When Dana creates the status "Import" with
        | field  | value    |
        | vod_id | {a uuid} |
      Then the request is rejected as not found
      And nothing was changed

  Rule: A batch is stored completely or not at all

    @id.STA-005
    Scenario: A batch is stored in the order of the request
      Given Dana has created these statuses in one request
        | name   | priority |
        | First  | low      |
        | Second | high     |
        | Third  | normal   |
      When Dana lists the statuses with
        | field    | value                              |
        | batch_id | {status First.first_seen.batch_id} |
      Then these statuses are returned, 3 in total
        | name   | priority |
        | Third  | normal   |
        | Second | high     |
        | First  | low      |

    @id.STA-005
    Scenario: A batch of 100 is stored
      When Dana sends POST /api/status/batch with
        """
        {"statuses": [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}
        """
      Then the response is 201
      And the table "processing_status" has 100 rows with
        | column   | value               |
        | batch_id | {response.batch_id} |

    @id.STA-005
    Scenario: The figures of a batch have the right counts and average
      Given Dana has created these statuses in one request
        | name   |
        | First  |
        | Second |
        | Third  |
      And Dana's status "First" has been changed to
        | field               | value    |
        | new_status          | starting |
        | progress_percentage | 50       |
      And Dana's status "Second" has been changed to
        | field      | value     |
        | new_status | cancelled |
      When Vera sends GET /api/status/batches/{status First.first_seen.batch_id}
      Then the response is exactly
        """
        {"batch_id": "{status First.first_seen.batch_id}", "total": 3, "average_progress": 16.67, "ended": 1,
         "by_status": {"queued": 1, "starting": 1, "metadata_extraction": 0, "transcript_extraction": 0,
          "language_detection": 0, "summary_generation": 0, "keyword_extraction": 0, "timestamped_segments": 0,
          "finalizing": 0, "retry_pending": 0, "completed": 0, "failed": 0, "cancelled": 1}}
        """

    @id.STA-005
    Scenario Outline: A batch of <count> is rejected
      When Dana sends POST /api/status/batch with
        """
        {"statuses": <statuses>}
        """
      Then the request is rejected as invalid in "statuses"
      And nothing was changed

      Examples: none and too many
        | count | statuses                                                                                                                                                                                                                                                                                                         |
        | 0     | []                                                                                                                                                                                                                                                                                                               |
        | 101   | [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}] |

    @id.STA-006
    Scenario: One invalid item stores no status of its batch
      When Dana sends POST /api/status/batch with
        """
        {"statuses": [{}, {}, {"priority": "high"}, {"priority": "critical"}]}
        """
      Then the request is rejected as invalid in "statuses.3.priority"
      And nothing was changed

    @id.STA-006
    Scenario: An unknown VOD of one item stores no status of its batch
      When Dana sends POST /api/status/batch with
        """
        {"statuses": [{}, {"vod_id": "{a uuid}"}]}
        """
      Then the request is rejected as not found
      And nothing was changed

  Rule: A repeated request creates one status

    @critical @id.STA-007
    Scenario: Ten simultaneous requests with one key create one status
      When Dana sends POST /api/status 10 times from 10 concurrent clients with
        | part   | name            | value           |
        | header | Idempotency-Key | key-{the mark}  |
        | json   | external_id     | {unique Import} |
      Then the 10 responses include 1 with the status 201
      And the 10 responses include 9 with the status 200
      And the responses have 1 different "status_id"
      And the table "processing_status" has 1 row with
        | column      | value           |
        | external_id | {unique Import} |

    @id.STA-008
    Scenario: A key of another body is rejected
      Given Dana has sent POST /api/status with
        | part   | name            | value           |
        | header | Idempotency-Key | key-{the mark}  |
        | json   | external_id     | {unique Import} |
      When Dana sends POST /api/status with
        | part   | name            | value          |
        | header | Idempotency-Key | key-{the mark} |
        | json   | external_id     | {unique Other} |
      Then the request is rejected as conflicting
      And nothing was changed

    @id.STA-008
    Scenario Outline: A malformed key is rejected: <case>
      When Dana sends POST /api/status with
        | part   | name            | value |
        | header | Idempotency-Key | <key> |
        | json   | priority        | high  |
      Then the request is rejected as invalid in "Idempotency-Key"
      And nothing was changed

      Examples: malformed keys
        | case                  | key                       |
        | too long              | {a text of 65 characters} |
        | a blank in it         | my key                    |
        | a forbidden character | key/1                     |

    @id.STA-008
    Scenario: A key is free for another user
      Given Omar has sent POST /api/status with
        | part   | name            | value           |
        | header | Idempotency-Key | key-{the mark}  |
        | json   | external_id     | {unique Omar's} |
      When Dana sends POST /api/status with
        | part   | name            | value           |
        | header | Idempotency-Key | key-{the mark}  |
        | json   | external_id     | {unique Dana's} |
      Then the response is 201
      And the response has
        | path        | value           |
        | external_id | {unique Dana's} |

    @id.STA-008
    Scenario: A rejected request stores no key
      When Dana sends POST /api/status with
        | part   | name            | value          |
        | header | Idempotency-Key | key-{the mark} |
        | json   | vod_id          | {a uuid}       |
      Then the request is rejected as not found
      And the table "idempotency_keys" has no rows with
        | column | value          |
        | key    | key-{the mark} |

    @id.STA-008
    Scenario: A key is free again after 24 hours
      Given Dana has sent POST /api/status with
        | part   | name            | value           |
        | header | Idempotency-Key | key-{the mark}  |
        | json   | external_id     | {unique Import} |
      And the row of "idempotency_keys" with "key" "key-{the mark}" was stored with
        | column     | value                 |
        | created_at | {a time 25 hours ago} |
      When Dana sends POST /api/status with
        | part   | name            | value          |
        | header | Idempotency-Key | key-{the mark} |
        | json   | external_id     | {unique Other} |
      Then the response is 201
      And the response has
        | path        | value          |
        | external_id | {unique Other} |

  Rule: Simultaneous callers do not disturb each other

    @id.STA-010
    Scenario: Ten simultaneous callers create twenty statuses
      When Dana sends POST /api/status 20 times from 10 concurrent clients with
        | field       | value           |
        | external_id | {unique Import} |
      Then the 20 responses all have the status 201
      And the responses have 20 different "status_id"
      And the table "processing_status" has 20 rows with
        | column      | value           |
        | external_id | {unique Import} |

    @id.STA-010
    Scenario: Twenty simultaneous reports are stored as sent
      Given Dana has the status "Import" in the state "starting"
      When 20 concurrent callers report progress of the status "Import"
      Then each accepted report of the status "Import" has one history entry, and the highest stays
