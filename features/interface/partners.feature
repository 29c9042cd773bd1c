@allure.label.epic:Interface @needs.writes @needs.storage @needs.partners
Feature: Outside services at the interface
  What the platform asks of Cablecast, request by request, and what it makes of the answers.

  Background:
    Given the captioned VOD "City Council" of Dana
    And Cablecast has the show "City Council" of today

  @id.API-030
  Scenario: A refused creation is asked for again until it is accepted
    Given Cablecast answers POST /vods with 503, twice
      """
      {"error": "come again"}
      """
    When Dana sends POST /api/vod/{City Council.id}/publish
    Then the answer is 202
    And within 30 seconds Dana sees at /api/tasks/{answer.task_id}
      | path   | value     |
      | status | completed |
    And Cablecast was asked POST /vods 3 times with
      | field    | value                         |
      | show     | {a whole number}              |
      | fileName | {City Council.recording.path} |
    And Cablecast was asked POST /vods/*/captions once

  @id.API-033
  Scenario: A refusal that comes late is survived as well
    Given Cablecast answers POST /vods with 503 after 300 ms, once
    When Dana sends POST /api/vod/{City Council.id}/publish
    Then within 30 seconds Dana sees at /api/tasks/{answer.task_id}
      | path   | value     |
      | status | completed |
    And Cablecast was asked POST /vods twice

  @id.API-031 @needs.database @needs.redis
  Scenario: A change of the title is no business of Cablecast's
    When Dana sends PUT /api/vod/{City Council.id} with
      | field | value            |
      | title | {a unique title} |
    Then the answer is 200
    And exactly these records changed
      | store | record       | field      | from       | to         |
      | vods  | City Council | title      | {anything} | {anything} |
      | vods  | City Council | updated_at | {anything} | {anything} |
    And Cablecast was never asked POST /vods

  @id.API-032
  Scenario: An answer of Cablecast's that is no JSON fails the publishing
    Given Cablecast answers GET /shows with 200 as "application/json", always
      """
      <html>Under construction
      """
    When Dana sends POST /api/vod/{City Council.id}/publish
    Then within 30 seconds Dana sees at /api/tasks/{answer.task_id}
      | path   | value    |
      | status | failed   |
      | error  | {a text} |
    And Cablecast was never asked POST /vods
