@allure.label.epic:Interface @readonly
Feature: Reading the platform without touching it
  What can be asked of any deployment at any time, production included: these scenarios change nothing.

  Rule: Whoever is signed in reads what the role allows

    @id.API-020
    Scenario Outline: <who> reads <path>
      Given <who> is signed in
      When <who> sends GET <path>
      Then the answer is 200
      And the answer has
        | path  | value            |
        | total | {a whole number} |
      And the answer came within 5 seconds

      Examples: lists by role
        | who  | path                   |
        | Vera | /api/vod/list          |
        | Dana | /api/vod/list          |
        | Omar | /api/vod/list          |
        | Ravi | /api/research/sessions |

    @id.API-021
    Scenario: A page of the list holds no more than was asked for
      When Vera sends GET /api/vod/list with
        | part  | name  | value |
        | query | limit | 1     |
      Then the answer is 200
      And the answer has
        | path  | value                 |
        | vods  | {a list of at most 1} |
        | total | {at least 0}          |

  Rule: Whoever is not, is told so in the common form

    @id.API-022
    Scenario Outline: A stranger is refused at <path>
      When nobody sends GET <path>
      Then the answer is 401
      And the answer is exactly
        """
        {"error": {
          "type": "AuthenticationError", "message": "{a text}", "details": [], "request_id": "{a text}"
        }}
        """
      And the answer has these headers
        | header           | value                     |
        | WWW-Authenticate | {containing Bearer}       |
        | X-Request-ID     | {answer.error.request_id} |

      Examples: pages that ask for a sign-in
        | path                   |
        | /api/vod/list          |
        | /api/protected         |
        | /api/admin             |
        | /api/research/sessions |

    @id.API-005
    Scenario: A path that does not exist is refused in the common envelope
      When nobody sends GET /api/nothing/here
      Then the answer is 404
      And the answer has
        | path       | value         |
        | error.type | NotFoundError |

    @id.API-027
    Scenario Outline: A page of another origin may not read what is answered <status>
      When nobody sends GET <path> with
        | part   | name   | value                     |
        | header | Origin | https://elsewhere.example |
      Then the answer is <status>
      And the answer has these headers
        | header                           | value    |
        | Access-Control-Allow-Origin      | {absent} |
        | Access-Control-Allow-Credentials | {absent} |

      Examples: served, and refused
        | path         | status |
        | /api/health  | 200    |
        | /api/auth/me | 401    |

    @id.API-023
    Scenario: A method that a path does not have is refused
      When Vera sends HEAD /api/auth/login
      Then the answer is 405

  Rule: The platform tells what it is

    @id.API-024
    Scenario: Health is told to anybody
      When nobody sends GET /api/health
      Then the answer has
        | path     | value                      |
        | status   | {one of healthy, degraded} |
        | services | {an object}                |

    @id.API-025
    Scenario: The interface is described where programs look for it
      When nobody sends GET /openapi.json
      Then the answer reads
        """
        "openapi":"3.
        """
      And the answer has
        | path         | value       |
        | info.version | {a text}    |
        | paths        | {an object} |

    @id.API-026
    Scenario: Twenty readers by five at once get the same answer
      When Vera sends GET /api/health 20 times by 5 at once
      Then each of the 20 answers is 200
      And the answers have 1 different "status"
