@allure.label.epic:Interface @needs.writes
Feature: VODs at the interface
  What programs may rely on when they talk to the platform without us: methods, fields, codes and headers,
  written down with the technical steps.

  Rule: What is created can be read, changed and deleted

    @id.API-001
    Scenario: A VOD is created with all that programs ask of it
      When Dana sends POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
        | duration  | 12.5                           |
      Then the answer is 201
      And the answer has
        | path       | value                    |
        | id         | {a uuid}                 |
        | title      | {containing Title}       |
        | status     | pending                  |
        | progress   | 0                        |
        | duration   | 12.5                     |
        | created_at | {a time within 1 minute} |
      And the answer has these headers
        | header       | value                        |
        | Content-Type | {matching ^application/json} |
        | X-Request-ID | {anything}                   |
      And the answer came within 5 seconds

    @id.API-002 @needs.database
    Scenario: A created VOD is a row of the database
      Given Dana has sent POST /api/vod/create with
        """
        {"title": "{unique City Council}", "file_path": "{a unique file ending in .wav}"}
        """
      And the answer is remembered as "vod"
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
    Scenario: A VOD that was read is kept in Redis for a while, a deleted one is not
      Given Dana has sent POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      And the answer is remembered as "vod"
      When Vera sends GET /api/vod/{vod.id}
      Then the Redis key "vod:{vod.id}" has
        | path            | value                         |
        | type            | string                        |
        | value.id        | {vod.id}                      |
        | value.status    | pending                       |
        | seconds to live | {a number between 1 and 3600} |
      And there are no Redis keys like "vod:{vod.id}:*"

  Rule: Many programs at once are served

    @id.API-004
    Scenario: Twenty VODs are created by five programs at once
      When Dana sends POST /api/vod/create 20 times by 5 at once with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      Then each of the 20 answers is 201
      And the answers have 20 different "id"
