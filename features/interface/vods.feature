@allure.label.epic:Interface @needs.writes
Feature: VOD API
  What programs may rely on when they talk to the platform without us: methods, fields, codes and headers,
  written down with the technical steps.

  Rule: VODs are created, read, changed and deleted

    @id.API-001
    Scenario: A VOD is created with all that programs ask of it
      When Dana sends POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
        | duration  | 12.5                           |
      Then the response is 201
      And the response has
        | path       | value                    |
        | id         | {a uuid}                 |
        | title      | {containing Title}       |
        | status     | pending                  |
        | progress   | 0                        |
        | duration   | 12.5                     |
        | created_at | {a time within 1 minute} |
      And the response has the headers
        | header       | value                        |
        | Content-Type | {matching ^application/json} |
        | X-Request-ID | {anything}                   |
      And the response took at most 5 seconds

    @id.API-002 @needs.database
    Scenario: A created VOD is a row of the database
      Given Dana has sent POST /api/vod/create with
        """
        {"title": "{unique City Council}", "file_path": "{a unique file ending in .wav}"}
        """
      And the response is saved as "vod"
      When Dana sends PUT /api/vod/{vod.id} with
        | field    | value |
        | duration | 90    |
      Then the row of "vods" with "id" "{vod.id}" has
        | column     | value                    |
        | title      | {unique City Council}    |
        | status     | pending                  |
        | duration   | 90                       |
        | updated_at | {a time within 1 minute} |
      And the table "vods" has 1 row with
        | column | value                 |
        | title  | {unique City Council} |

    @id.API-003 @needs.redis
    Scenario: A VOD that was read is in Redis with an expiry, a deleted one is not
      Given Dana has sent POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      And the response is saved as "vod"
      When Vera sends GET /api/vod/{vod.id}
      Then the Redis key "vod:{vod.id}" has
        | path            | value                         |
        | type            | string                        |
        | value.id        | {vod.id}                      |
        | value.status    | pending                       |
        | seconds to live | {a number between 1 and 3600} |
      And there are no Redis keys matching "vod:{vod.id}:*"

  Rule: Concurrent requests succeed

    @id.API-004
    Scenario: Twenty VODs are created by five concurrent clients
      When Dana sends POST /api/vod/create 20 times from 5 concurrent clients with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      Then the 20 responses all have the status 201
      And the responses have 20 different "id"
