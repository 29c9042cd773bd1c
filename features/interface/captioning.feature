@allure.label.epic:Interface @needs.writes @needs.storage
Feature: Captioning at the interface
  What programs see while a recording is captioned: the task, the job behind it, the file beside the recording.

  @id.API-010 @needs.database
  Scenario: A program follows a task from the queue to its end
    Given Dana has a clear recording of "City Council"
    And Dana has sent POST /api/vod/create with
      | field     | value            |
      | title     | {a unique title} |
      | file_path | {recording.path} |
    And the answer is remembered as "vod"
    When Dana sends POST /api/vod/{vod.id}/transcribe
    Then the answer is 202
    And within 30 seconds Dana sees at /api/tasks/{answer.task_id}
      | path     | value     |
      | status   | completed |
      | progress | 100       |
      | error    | null      |
    And within 30 seconds the queue has 1 succeeded job about "{vod.id}"

  @id.API-011
  Scenario: A file that is no recording fails with a reason
    Given the storage has the file "{unique council}.wav" with
      """
      This is no recording.
      """
    And Dana has sent POST /api/vod/create with
      | field     | value                 |
      | title     | {unique City Council} |
      | file_path | {file}                |
    And the answer is remembered as "vod"
    When Dana sends POST /api/vod/{vod.id}/transcribe
    Then within 30 seconds Dana sees at /api/vod/{vod.id}
      """
      {"status": "failed", "error": "{a text}"}
      """
    And the file "{file}" is in the storage
    And there are no files like "*{the mark}*.scc" in the storage
