@allure.label.epic:API
Feature: Valid and invalid requests
  Responses to requests that only programs send.

  Rule: The platform returns the caller's account

    @id.API-040 @readonly
    Scenario: The own account is returned without secrets
      When Dana sends GET /api/auth/me
      Then the response is 200
      And the response has
        | path          | value    |
        | role          | editor   |
        | password      | {absent} |
        | password_hash | {absent} |

  Rule: Lists contain created resources

    @id.API-041 @needs.writes
    Scenario: A VOD that was just made is in the list
      Given Dana has sent POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      And the response is saved as "vod"
      When Vera sends GET /api/vod/list?limit=100
      Then the response has
        | path                            | value       |
        | vods[?(@.id=="{vod.id}")].title | {vod.title} |
        | vods[*].id                      | {a uuid}    |

    @id.API-028 @needs.writes
    Scenario Outline: A list without a limit, <how>, has twenty items
      Given Nora has a new account
      And Nora has 21 other documents
      When Nora sends GET /api/documents<query>
      Then the response has
        | path      | value               |
        | documents | {a list of <shown>} |
        | total     | 21                  |

      Examples: from the start and with an offset
        | how            | query     | shown |
        | from the begin |           | 20    |
        | from the third | ?offset=2 | 19    |

    @id.API-042 @readonly
    Scenario: A researcher's notifications are a list with a total
      When Ravi sends GET /api/notifications?limit=5
      Then the response is 200
      And the response has
        | path          | value                 |
        | notifications | {a list of at most 5} |
        | total         | {a whole number}      |

  Rule: Invalid requests are rejected with the error envelope and change nothing

    @id.API-043 @needs.writes @needs.database
    Scenario: Malformed JSON is rejected
      When Dana sends POST /api/vod/create as "application/json"
        """
        {"title":
        """
      Then the response is 422
      And the response has
        | path       | value           |
        | error.type | ValidationError |
      And nothing was changed

    @id.API-044 @needs.writes @needs.database
    Scenario: A sign-in with a form is rejected
      When an unauthenticated client sends POST /api/auth/login with
        | part | name     | value |
        | form | username | dana  |
        | form | password | wrong |
      Then the response is 422
      And nothing was changed

    @id.API-045 @needs.writes @needs.database
    Scenario: A batch of eleven recordings is rejected
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
      Then the response is 422
      And the response has
        | path                   | value      |
        | error.details[0].field | recordings |
      And nothing was changed

    @id.API-047 @needs.writes @needs.database
    Scenario Outline: JSON sent as <media type> is rejected with the header to send
      When Dana sends POST /api/vod/create as "<media type>"
        """
        {"title": "City Council", "file_path": "council.wav"}
        """
      Then the response is 422
      And the response has
        | path                   | value                                                       |
        | error.details[0].field | body                                                        |
        | error.details[0].issue | must be sent with the header Content-Type: application/json |
      And nothing was changed

      Examples: default types of HTTP clients
        | media type                        |
        | application/x-www-form-urlencoded |
        | text/plain                        |

    @id.API-096 @needs.writes @needs.database
    Scenario: An encoded body is rejected
      When Dana sends POST /api/vod/create with
        | part   | name             | value       |
        | header | Content-Encoding | gzip        |
        | json   | title            | Council     |
        | json   | file_path        | council.wav |
      Then the request is rejected as invalid in "body"
      And nothing was changed

    @id.API-048 @needs.writes
    Scenario Outline: <what> is rejected with its message
      When Ravi sends POST <path> with
        """
        <document>
        """
      Then the response is 422
      And the response has
        | path                   | value   |
        | error.details[0].issue | <issue> |

      Examples: too short, too long, too small
        | what               | path                  | document                                                               | issue                              |
        | An empty message   | /api/notifications    | {"type": "a", "title": "b", "message": ""}                             | must have at least 1 character(s)  |
        | A long message     | /api/notifications    | {"type": "a", "title": "b", "message": "{a text of 10001 characters}"} | must have at most 10000 characters |
        | A score below zero | /api/documents/search | {"query": "a", "min_score": -1}                                        | must be at least 0                 |

    @id.API-048
    Scenario: An unknown state is rejected with the known ones
      When Vera sends GET /api/vod/list?status=finished
      Then the response is 422
      And the response has
        | path                   | value                                                    |
        | error.details[0].field | status                                                   |
        | error.details[0].issue | must be 'pending', 'processing', 'completed' or 'failed' |

    @id.API-048 @needs.writes
    Scenario Outline: A batch item that is not an object is reported at <path>
      When <who> sends POST <path> with
        """
        {"<list>": [5, "x"]}
        """
      Then the response is <status>
      And the response has
        | path                 | value                                           |
        | results[*].<told>[0] | {"field": "item", "issue": "must be an object"} |

      Examples: both batches
        | who  | path                      | list       | status | told   |
        | Ravi | /api/documents/batch      | documents  | 200    | errors |
        | Dana | /api/vod/batch-transcribe | recordings | 202    | issues |

    @id.API-049 @readonly
    Scenario Outline: An unknown query field of <path> is rejected
      When Omar sends GET <path> with
        | part  | name     | value |
        | query | surprise | yes   |
      Then the response is 422
      And the response has
        | path                   | value         |
        | error.details[0].field | surprise      |
        | error.details[0].issue | unknown field |

      Examples: with and without query fields
        | path                            |
        | /api/vod/list                   |
        | /api/validate/ticker?value=aapl |
        | /api/auth/me                    |
        | /api/protected                  |
        | /api/admin                      |
        | /api/admin/queue                |
        | /api/admin/status               |
        | /api/privacy/export             |
        | /api/queue                      |
        | /api/health                     |
        | /metrics                        |
        | /admin                          |

    @id.API-049 @needs.writes @needs.database
    Scenario: A misspelt query field deletes nothing
      Given Ravi has the research session "AAPL"
      When Ravi sends DELETE /api/research/sessions/{research session AAPL.id}?permanant=true
      Then the response is 422
      And nothing was changed

    @id.API-088 @needs.writes @needs.database
    Scenario Outline: <field> <value> in a body is rejected
      When Ravi sends POST /api/documents/search with
        """
        {"query": "a", "<field>": <value>}
        """
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: values of another type
        | field     | value |
        | offset    | false |
        | offset    | "0"   |
        | limit     | true  |
        | limit     | 5.0   |
        | min_score | true  |
        | min_score | "0.5" |

    @id.API-088 @readonly
    Scenario Outline: <query> is rejected in a query string
      When Ravi sends GET <path>?<query>
      Then the request is rejected as invalid in "<field>"

      Examples: values that are not digits, true or false
        | path               | query       | field  |
        | /api/vod/list      | limit=1_0   | limit  |
        | /api/vod/list      | limit=1.0   | limit  |
        | /api/vod/list      | offset=%2B1 | offset |
        | /api/notifications | unread=1    | unread |
        | /api/notifications | unread=yes  | unread |

    @id.API-088 @needs.writes @needs.database
    Scenario: A deletion that is permanent neither by true nor by false deletes nothing
      Given Ravi has the research session "AAPL"
      When Ravi sends DELETE /api/research/sessions/{research session AAPL.id}?permanent=1
      Then the request is rejected as invalid in "permanent"
      And nothing was changed

  Rule: A method that a path does not support is rejected with all that it supports

    @id.API-089 @needs.writes
    Scenario Outline: <method> <path> is rejected with the methods of the path
      When Omar sends <method> <path>
      Then the response is 405 "MethodNotAllowed"
      And the response has the headers
        | header | value     |
        | Allow  | <allowed> |

      Examples: paths with several methods
        | method  | path                            | allowed            |
        | PATCH   | /api/vod/{a uuid}               | DELETE, GET, PUT   |
        | PUT     | /api/users/{a uuid}             | DELETE, GET, PATCH |
        | DELETE  | /api/documents                  | GET, POST          |
        | OPTIONS | /api/research/sessions/{a uuid} | DELETE, GET        |

    @id.API-090 @needs.writes
    Scenario Outline: <method> <path> is not taken for a request of an id
      When Omar sends <method> <path>
      Then the response is 405 "MethodNotAllowed"
      And the response has the headers
        | header | value     |
        | Allow  | <allowed> |

      Examples: fixed paths beside the path of an id
        | method | path                      | allowed |
        | PUT    | /api/vod/create           | POST    |
        | DELETE | /api/vod/list             | GET     |
        | PUT    | /api/vod/batch-transcribe | POST    |
        | GET    | /api/users/bulk           | POST    |
        | DELETE | /api/users/bulk           | POST    |
        | GET    | /api/documents/search     | POST    |
        | DELETE | /api/documents/batch      | POST    |

    @id.API-091 @readonly
    Scenario Outline: HEAD <path> is rejected like any unsupported method
      When Omar sends HEAD <path>
      Then the response is 405
      And the response has the headers
        | header | value |
        | Allow  | GET   |

      Examples: reads of every area
        | path                |
        | /api/vod/list       |
        | /api/auth/me        |
        | /api/admin/status   |
        | /api/privacy/export |
        | /api/health         |
        | /metrics            |
        | /admin              |

  Rule: A rejected admin page explains how to continue

    @id.OPS-011
    Scenario Outline: In a browser, <who> <sends> sees how to continue
      When <who> sends GET /admin with
        | part   | name   | value     |
        | header | Accept | text/html |
        | header | Cookie | <cookie>  |
      Then the response is <status>
      And the response contains the text
        """
        <words>
        """

      Examples: an ended session, a role without access
        | who                       | sends                  | cookie             | status | words                                    |
        | an unauthenticated client | with an ended session  | admin_session=over | 401    | Your session has ended. Sign in again.   |
        | Vera                      | with a viewer's rights | none=none          | 403    | <button>Sign in as another user</button> |

    @id.OPS-013 @needs.writes @needs.database
    Scenario Outline: The form <form> is rejected from <origin>
      When an unauthenticated client sends POST <form> with
        | part   | name     | value                     |
        | header | Origin   | <origin>                  |
        | form   | username | vera                      |
        | form   | password | {a text of 16 characters} |
      Then the response is 403 "PermissionError"
      And nothing was changed

      Examples: both forms
        | form            | origin                    |
        | /admin/sign-in  | https://elsewhere.example |
        | /admin/sign-in  | null                      |
        | /admin/sign-out | https://elsewhere.example |

  Rule: Permanently deleted resources have no row

    @id.API-046 @needs.writes @needs.database
    Scenario: A permanently deleted research session has no row
      Given Ravi has sent POST /api/research/sessions with
        | field        | value          |
        | session_type | stock_research |
        | ticker       | AAPL           |
        | config.depth | 3              |
      And the response is saved as "session"
      When Ravi sends DELETE /api/research/sessions/{session.id}?permanent=true
      Then the response is 204
      And the table "research_sessions" has no rows with
        | column | value        |
        | id     | {session.id} |
