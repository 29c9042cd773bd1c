@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: A status from its creation to its end

  @blocker @id.STA-065
  Scenario: A status passes every stage, an error and a retry to completed
    Given Dana has the status "Import" with
      | field       | value |
      | total_steps | 2     |
    And Vera is connected to /ws/live
    And Vera has sent over the WebSocket
      | field     | value                     |
      | subscribe | status:{status Import.id} |
    And within 5 seconds Vera has received
      | path  | value        |
      | event | status.state |
    And Dana's status "Import" has been changed to
      | field      | value    |
      | new_status | starting |
    And Dana's status "Import" has been changed to
      | field      | value               |
      | new_status | metadata_extraction |
    And Dana has sent POST /api/status/{status Import.id}/error with
      | field      | value     |
      | error_info | no memory |
    And Dana's status "Import" has been changed to
      | field      | value    |
      | new_status | starting |
    And Dana's status "Import" has been changed to
      | field      | value               |
      | new_status | metadata_extraction |
    And Dana's status "Import" has been changed to
      | field      | value                 |
      | new_status | transcript_extraction |
    And Dana's status "Import" has been changed to
      | field      | value              |
      | new_status | language_detection |
    And Dana has sent PATCH /api/status/{status Import.id}/progress with
      | field           | value |
      | completed_steps | 1     |
    And Dana's status "Import" has been changed to
      | field      | value              |
      | new_status | summary_generation |
    And Dana's status "Import" has been changed to
      | field      | value              |
      | new_status | keyword_extraction |
    And Dana's status "Import" has been changed to
      | field      | value                |
      | new_status | timestamped_segments |
    And Dana's status "Import" has been changed to
      | field      | value      |
      | new_status | finalizing |
    When Dana moves the status "Import" to "completed"
    Then the status "Import" is stored with
      | field               | value     |
      | status              | completed |
      | progress_percentage | 100       |
      | completed_steps     | 2         |
      | retry_count         | 1         |
      | error_info          | null      |
      | version             | 14        |
    And the status "Import" has the history
      | previous_status       | new_status            | change_type     | new_progress |
      | null                  | queued                | status_update   | 0            |
      | queued                | starting              | status_update   | 0            |
      | starting              | metadata_extraction   | status_update   | 0            |
      | metadata_extraction   | retry_pending         | error_occurred  | 0            |
      | retry_pending         | starting              | status_update   | 0            |
      | starting              | metadata_extraction   | status_update   | 0            |
      | metadata_extraction   | transcript_extraction | status_update   | 0            |
      | transcript_extraction | language_detection    | status_update   | 0            |
      | language_detection    | language_detection    | progress_update | 50           |
      | language_detection    | summary_generation    | status_update   | 50           |
      | summary_generation    | keyword_extraction    | status_update   | 50           |
      | keyword_extraction    | timestamped_segments  | status_update   | 50           |
      | timestamped_segments  | finalizing            | status_update   | 50           |
      | finalizing            | completed             | status_update   | 100          |
    And the status "Import" has the events
      | type                   | status                |
      | status.created         | queued                |
      | status.changed         | starting              |
      | status.changed         | metadata_extraction   |
      | status.error           | retry_pending         |
      | status.changed         | retry_pending         |
      | status.retry_scheduled | retry_pending         |
      | status.changed         | starting              |
      | status.changed         | metadata_extraction   |
      | status.changed         | transcript_extraction |
      | status.changed         | language_detection    |
      | status.progress        | language_detection    |
      | status.changed         | summary_generation    |
      | status.changed         | keyword_extraction    |
      | status.changed         | timestamped_segments  |
      | status.changed         | finalizing            |
      | status.changed         | completed             |
      | status.completed       | completed             |
    And within 5 seconds Vera receives
      | path   | value         |
      | status | retry_pending |
    And within 5 seconds Vera receives
      | path     | value              |
      | status   | language_detection |
      | progress | 50                 |
    And within 5 seconds Vera receives
      | path     | value     |
      | status   | completed |
      | progress | 100       |
    And Vera receives nothing more for 500 ms
