@allure.label.epic:API @readonly
Feature: Read-only requests
  Requests that are safe on any deployment at any time, production included: these scenarios change nothing.

  Rule: Signed-in users read what their role allows

    @id.API-020
    Scenario Outline: <who> reads <path>
      Given <who> is signed in
      When <who> sends GET <path>
      Then the response is 200
      And the response has
        | path  | value            |
        | total | {a whole number} |
      And the response took at most 5 seconds

      Examples: lists of each role
        | who  | path                   |
        | Vera | /api/vod/list          |
        | Dana | /api/vod/list          |
        | Omar | /api/vod/list          |
        | Ravi | /api/research/sessions |

    @id.API-021
    Scenario: A page has at most the requested number of items
      When Vera sends GET /api/vod/list with
        | part  | name  | value |
        | query | limit | 1     |
      Then the response is 200
      And the response has
        | path  | value                 |
        | vods  | {a list of at most 1} |
        | total | {at least 0}          |

  Rule: Unauthenticated requests are rejected with the error envelope

    @id.API-022
    Scenario Outline: An unauthenticated request to <path> is rejected
      When an unauthenticated client sends GET <path>
      Then the response is 401
      And the response is exactly
        """
        {"error": {
          "type": "AuthenticationError", "message": "{a text}", "details": [], "request_id": "{a text}"
        }}
        """
      And the response has the headers
        | header           | value                       |
        | WWW-Authenticate | {containing Bearer}         |
        | X-Request-ID     | {response.error.request_id} |

      Examples: endpoints that require authentication
        | path                   |
        | /api/vod/list          |
        | /api/protected         |
        | /api/admin             |
        | /api/research/sessions |

    @id.API-005
    Scenario: An unknown path is rejected with the error envelope
      When an unauthenticated client sends GET /api/nothing/here
      Then the response is 404
      And the response has
        | path       | value         |
        | error.type | NotFoundError |

    @id.API-027
    Scenario Outline: Another origin may not read a response with <status>
      When an unauthenticated client sends GET <path> with
        | part   | name   | value                     |
        | header | Origin | https://elsewhere.example |
      Then the response is <status>
      And the response has the headers
        | header                           | value    |
        | Access-Control-Allow-Origin      | {absent} |
        | Access-Control-Allow-Credentials | {absent} |

      Examples: successful and rejected
        | path         | status |
        | /api/health  | 200    |
        | /api/auth/me | 401    |

    @id.API-023
    Scenario: An unsupported method is rejected
      When Vera sends HEAD /api/auth/login
      Then the response is 405

  Rule: Health and the OpenAPI document are public

    @id.API-024
    Scenario: Health is public
      When an unauthenticated client sends GET /api/health
      Then the response has
        | path     | value                      |
        | status   | {one of healthy, degraded} |
        | services | {an object}                |

    @id.API-025
    Scenario: The OpenAPI document is at its standard path
      When an unauthenticated client sends GET /openapi.json
      Then the response contains the text
        """
        "openapi":"3.
        """
      And the response has
        | path         | value       |
        | info.version | {a text}    |
        | paths        | {an object} |

    @id.OPS-012
    Scenario Outline: The OpenAPI document has the pattern of <what>
      When an unauthenticated client sends GET /openapi.json
      Then the response has
        | path                                                   | value     |
        | components.schemas.<schema>.properties.<field>.pattern | <pattern> |

      Examples: rules that a request is checked by
        | what        | schema      | field       | pattern                   |
        | a ticker    | NewSession  | ticker      | {containing [A-Za-z]}     |
        | a file path | NewVod      | file_path   | {containing [wW][aA][vV]} |
        | a price     | NewPosition | entry_price | {containing [0-9]}        |
        | shares      | NewPosition | shares      | {containing [0-9]}        |

    @id.API-026
    Scenario: Twenty concurrent reads get the same response
      When Vera sends GET /api/health 20 times from 5 concurrent clients
      Then the 20 responses all have the status 200
      And the responses have 1 different "status"
