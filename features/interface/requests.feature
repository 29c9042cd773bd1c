@allure.label.epic:Interface
Feature: Requests of programs, good and bad
  What programs get for requests that people never send by hand.

  Rule: The platform knows who asks

    @id.API-040 @readonly
    Scenario: The platform tells who is signed in, and no secret
      When Dana sends GET /api/auth/me
      Then the answer is 200
      And the answer has
        | path          | value    |
        | role          | editor   |
        | password      | {absent} |
        | password_hash | {absent} |

  Rule: Lists hold what was made

    @id.API-041 @needs.writes
    Scenario: A VOD that was just made is in the list
      Given Dana has sent POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      And the answer is remembered as "vod"
      When Vera sends GET /api/vod/list?limit=100
      Then the answer has
        | path                            | value       |
        | vods[?(@.id=="{vod.id}")].title | {vod.title} |
        | vods[*].id                      | {a uuid}    |

    @id.API-042 @readonly
    Scenario: A researcher's notifications are a list with a total
      When Ravi sends GET /api/notifications?limit=5
      Then the answer is 200
      And the answer has
        | path          | value                 |
        | notifications | {a list of at most 5} |
        | total         | {a whole number}      |

  Rule: Bad requests are refused in the common form and change nothing

    @id.API-043 @needs.writes @needs.database
    Scenario: Broken JSON is refused
      When Dana sends POST /api/vod/create as "application/json"
        """
        {"title":
        """
      Then the answer is 422
      And the answer has
        | path       | value           |
        | error.type | ValidationError |
      And nothing was changed

    @id.API-044 @needs.writes @needs.database
    Scenario: A sign-in by form is refused
      When nobody sends POST /api/auth/login with
        | part | name     | value |
        | form | username | dana  |
        | form | password | wrong |
      Then the answer is 422
      And nothing was changed

    @id.API-045 @needs.writes @needs.database
    Scenario: A batch of eleven recordings is refused
      When Dana sends POST /api/vod/batch-transcribe with
        """
        {"recordings": [
          {"title": "{a unique title}", "file_path": "1.wav"}, {"title": "{a unique title}", "file_path": "2.wav"},
          {"title": "{a unique title}", "file_path": "3.wav"}, {"title": "{a unique title}", "file_path": "4.wav"},
          {"title": "{a unique title}", "file_path": "5.wav"}, {"title": "{a unique title}", "file_path": "6.wav"},
          {"title": "{a unique title}", "file_path": "7.wav"}, {"title": "{a unique title}", "file_path": "8.wav"},
          {"title": "{a unique title}", "file_path": "9.wav"}, {"title": "{a unique title}", "file_path": "10.wav"},
          {"title": "{a unique title}", "file_path": "11.wav"}
        ]}
        """
      Then the answer is 422
      And the answer has
        | path                   | value      |
        | error.details[0].field | recordings |
      And nothing was changed

  Rule: What is deleted for good is gone

    @id.API-046 @needs.writes @needs.database
    Scenario: A research session that was deleted for good has no row left
      Given Ravi has sent POST /api/research/sessions with
        | field        | value          |
        | session_type | stock_research |
        | ticker       | AAPL           |
        | config.depth | 3              |
      And the answer is remembered as "session"
      When Ravi sends DELETE /api/research/sessions/{session.id}?permanent=true
      Then the answer is 204
      And the table "research_sessions" has no rows with
        | column | value        |
        | id     | {session.id} |
