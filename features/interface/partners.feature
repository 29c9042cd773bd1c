@allure.label.epic:API @needs.writes @needs.storage @needs.partners
Feature: Calls to outside services
  The platform's requests to Cablecast, one by one, and its reaction to the responses.

  Background:
    Given Dana has the captioned VOD "City Council"
    And Cablecast has the show "City Council" dated today

  @id.API-030
  Scenario: A failed creation is retried until it succeeds
    Given Cablecast responds to POST /vods with 503 twice
      """
      {"error": "come again"}
      """
    When Dana sends POST /api/vod/{City Council.id}/publish
    Then the response is 202
    And within 30 seconds Dana gets from /api/tasks/{response.task_id}
      | path   | value     |
      | status | completed |
    And Cablecast received POST /vods 3 times with
      | field    | value                         |
      | show     | {a whole number}              |
      | fileName | {City Council.recording.path} |
    And Cablecast received POST /vods/*/captions once

  @id.API-033
  Scenario: A refusal that comes late is survived as well
    Given Cablecast responds to POST /vods with 503 after 300 ms once
    When Dana sends POST /api/vod/{City Council.id}/publish
    Then within 30 seconds Dana gets from /api/tasks/{response.task_id}
      | path   | value     |
      | status | completed |
    And Cablecast received POST /vods twice

  @id.API-031 @needs.database @needs.redis
  Scenario: A change of the title does not call Cablecast
    When Dana sends PUT /api/vod/{City Council.id} with
      | field | value            |
      | title | {a unique title} |
    Then the response is 200
    And exactly these records changed
      | store | record       | field      | from       | to         |
      | vods  | City Council | title      | {anything} | {anything} |
      | vods  | City Council | updated_at | {anything} | {anything} |
    And Cablecast received no POST /vods

  @id.API-032
  Scenario: A Cablecast response that is not JSON fails the publication
    Given Cablecast responds to GET /shows with 200 as "application/json" always
      """
      <html>Under construction
      """
    When Dana sends POST /api/vod/{City Council.id}/publish
    Then within 30 seconds Dana gets from /api/tasks/{response.task_id}
      | path   | value    |
      | status | failed   |
      | error  | {a text} |
    And Cablecast received no POST /vods
