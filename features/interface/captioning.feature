@allure.label.epic:API @needs.writes @needs.storage
Feature: Captioning API
  What clients see while a recording is captioned: the task, its job, the file next to the recording.

  @id.API-010 @needs.database
  Scenario: A program follows a task from the queue to its end
    Given Dana has a clear recording of "City Council"
    And Dana has sent POST /api/vod/create with
      | field     | value            |
      | title     | {a unique title} |
      | file_path | {recording.path} |
    And the response is saved as "vod"
    When Dana sends POST /api/vod/{vod.id}/transcribe
    Then the response is 202
    And within 30 seconds Dana gets from /api/tasks/{response.task_id}
      | path     | value     |
      | status   | completed |
      | progress | 100       |
      | error    | null      |
    And within 30 seconds the queue has 1 succeeded job referring to "{vod.id}"

  @id.API-012 @needs.database @needs.redis
  Scenario: A captioning that ended is so in every store
    Given Dana has a clear recording of "City Council"
    And Dana has sent POST /api/vod/create with
      | field     | value            |
      | title     | {a unique title} |
      | file_path | {recording.path} |
    And the response is saved as "vod"
    When Dana sends POST /api/vod/{vod.id}/transcribe
    Then within 30 seconds the row of "vods" with "id" "{vod.id}" has
      | column | value     |
      | status | completed |
      | error  | null      |
    And within 5 seconds the table "transcriptions" has 1 row with
      | column | value    |
      | vod_id | {vod.id} |
    And within 5 seconds Dana gets from /api/vod/{vod.id}
      | path          | value       |
      | captions_path | {not null}  |
      | title         | {vod.title} |
    And the file "{response.captions_path}" is in the storage with
      """
      Scenarist_SCC V1.0
      """
    And within 5 seconds the Redis key "vod:{vod.id}" has
      | path         | value     |
      | value.status | completed |
    And the queue has no failed jobs referring to "{vod.id}"

  @id.API-013
  Scenario: An empty file fails with a reason
    Given the storage has the file "{unique council}.wav"
    And Dana has sent POST /api/vod/create with
      | field     | value                 |
      | title     | {unique City Council} |
      | file_path | {file}                |
    And the response is saved as "vod"
    When Dana sends POST /api/vod/{vod.id}/transcribe
    Then within 30 seconds Dana gets from /api/vod/{vod.id}
      | path   | value                   |
      | status | failed                  |
      | error  | the media file is empty |

  @id.API-017
  Scenario: A failed task is listed for administrators with its reason
    Given the storage has the file "{unique council}.wav"
    And Dana has sent POST /api/vod/create with
      | field     | value                 |
      | title     | {unique City Council} |
      | file_path | {file}                |
    And the response is saved as "vod"
    When Dana sends POST /api/vod/{vod.id}/transcribe
    Then within 30 seconds Omar gets from /api/admin/status
      | path                                          | value                    |
      | failures[?(@.vod_id=="{vod.id}")].title       | {vod.title}              |
      | failures[?(@.vod_id=="{vod.id}")].kind        | transcription            |
      | failures[?(@.vod_id=="{vod.id}")].error       | the media file is empty  |
      | failures[?(@.vod_id=="{vod.id}")].finished_at | {a time within 1 minute} |

  @id.API-014 @needs.database @needs.redis
  Scenario: A deleted VOD is removed from database and cache
    Given Dana has sent POST /api/vod/create with
      | field     | value                          |
      | title     | {a unique title}               |
      | file_path | {a unique file ending in .wav} |
    And the response is saved as "vod"
    And Vera has sent GET /api/vod/{vod.id}
    When Dana sends DELETE /api/vod/{vod.id}
    Then the response is 204
    And the table "vods" has no rows with
      | column | value    |
      | id     | {vod.id} |
    And within 5 seconds there are no Redis keys matching "vod:{vod.id}"

  @id.API-011
  Scenario: A file that is not a recording fails with a reason
    Given the storage has the file "{unique council}.wav" with
      """
      This is no recording.
      """
    And Dana has sent POST /api/vod/create with
      | field     | value                 |
      | title     | {unique City Council} |
      | file_path | {file}                |
    And the response is saved as "vod"
    When Dana sends POST /api/vod/{vod.id}/transcribe
    Then within 30 seconds Dana gets from /api/vod/{vod.id}
      """
      {"status": "failed", "error": "{a text}"}
      """
    And the file "{file}" is in the storage
    And there are no files matching "*{the mark}*.scc" in the storage

  @id.API-018 @needs.database @needs.faults @lock.platform
  Scenario: An unfinished caption file is deleted with its VOD
    Given Dana has the captioned VOD "City Council"
    And the worker is paused
    And Dana has sent POST /api/vod/create with
      | field     | value                         |
      | title     | {a unique title}              |
      | file_path | {City Council.recording.path} |
    And the response is saved as "vod"
    And Dana has sent POST /api/vod/{vod.id}/transcribe
    And the storage has the file ".city-council-{the mark}.scc.{vod.id}.tmp" with
      """
      Scenarist_SCC V1.0
      """
    When Dana sends DELETE /api/vod/{vod.id}
    Then the response is 204
    And there are no files matching ".*{vod.id}*" in the storage
    And the file "city-council-{the mark}.scc" is in the storage

  @id.API-015 @needs.database @needs.faults @lock.platform
  Scenario: Of eight simultaneous cancellations one succeeds
    Given the worker is paused
    And Dana has the submitted VOD "City Council"
    And Dana has sent POST /api/vod/{City Council.id}/transcribe
    When Dana sends DELETE /api/tasks/{response.task_id} 8 times from 8 concurrent clients
    Then the 8 responses include 1 with the status 204
    And the 8 responses include 7 with the status 404

  @id.API-016 @needs.database
  Scenario: A transcription has times and speakers
    Given Dana has the captioned VOD "City Council"
    When Vera sends GET /api/vod/{City Council.id}/transcription
    Then the response is 200
    And the response has
      | path                | value             |
      | vod_id              | {City Council.id} |
      | status              | completed         |
      | segments[0].start   | {at least 0}      |
      | segments[*].speaker | {a text}          |
      | segments[*].text    | {a text}          |
