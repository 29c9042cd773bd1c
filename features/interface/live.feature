@allure.label.epic:API
Feature: Live updates API
  What clients send and receive over the WebSocket, message by message.

  Rule: Signed-in users may connect and subscribe

    @id.API-060 @needs.writes @needs.storage
    Scenario: A follower receives the state, and each change of it
      Given Dana has sent POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      And the response is saved as "vod"
      And Vera is connected to /ws/live
      And Vera has sent over the WebSocket
        | field     | value        |
        | subscribe | vod:{vod.id} |
      And within 5 seconds Vera has received
        | path    | value        |
        | event   | vod.state    |
        | subject | vod:{vod.id} |
        | status  | pending      |
      When Dana sends PUT /api/vod/{vod.id} with
        | field  | value      |
        | status | processing |
      Then within 5 seconds Vera receives
        """
        {"event": "vod.changed", "subject": "vod:{vod.id}", "status": "processing", "at": "{a time within 1 minute}"}
        """
      And Vera receives nothing more for 500 ms

    @id.API-065 @needs.writes @needs.storage
    Scenario Outline: A VOD is followed, written as <written>
      Given Dana has sent POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      And the response is saved as "vod"
      And Vera is connected to /ws/live
      And Vera has sent over the WebSocket
        | field     | value         |
        | subscribe | vod:<written> |
      And within 5 seconds Vera has received
        | path    | value        |
        | event   | vod.state    |
        | subject | vod:{vod.id} |
      When Dana sends PUT /api/vod/{vod.id} with
        | field  | value      |
        | status | processing |
      Then within 5 seconds Vera receives
        | path    | value        |
        | event   | vod.changed  |
        | subject | vod:{vod.id} |

      Examples: other spellings of the same id
        | written           |
        | urn:uuid:{vod.id} |

    @id.API-061 @readonly
    Scenario: A ping is answered with the same text
      Given Vera is connected to /ws/live
      When Vera sends over the WebSocket
        """
        {"ping": "{the mark}"}
        """
      Then within 5 seconds Vera receives
        | path | value      |
        | pong | {the mark} |

    @id.API-062 @readonly
    Scenario Outline: <what> is answered with an error, and the connection stays open
      Given Vera is connected to /ws/live
      When Vera sends this text over the WebSocket
        """
        <text>
        """
      Then within 5 seconds Vera receives
        | path       | value           |
        | error.type | ValidationError |
      And Vera receives nothing more for 200 ms

      Examples: invalid messages
        | what           | text                |
        | No JSON        | hello               |
        | An unknown one | {"delete": "tasks"} |

  Rule: A connection is limited

    @id.API-094 @readonly
    Scenario: A message of more than 64 KiB closes the connection
      Given Vera is connected to /ws/live
      When Vera sends over the WebSocket
        """
        {"ping": "{a text of 65536 characters}"}
        """
      Then within 5 seconds the WebSocket of Vera is closed with 1009

    @id.API-095 @readonly
    Scenario: A client that does not read its messages is disconnected
      Given Vera is connected to /ws/live
      When Vera sends pings over the WebSocket without reading the responses
      Then within 20 seconds the WebSocket of Vera is closed with 1008

  Rule: Unauthenticated connections are rejected

    @id.API-063 @readonly
    Scenario Outline: A WebSocket at <path> is rejected with <status>
      When an unauthenticated client connects to <path>
      Then the response is <status> "<type>"

      Examples: missing or invalid token
        | path               | status | type                |
        | /ws/live           | 401    | AuthenticationError |
        | /ws/live?token=abc | 401    | AuthenticationError |

      Examples: a path without WebSocket
        | path        | status | type          |
        | /ws/nothing | 404    | NotFoundError |

    @id.API-066 @needs.writes
    Scenario Outline: <what> after signing out closes the connection
      Given Nora has a new account
      And Nora is connected to /ws/live
      And Nora has sent POST /api/auth/logout
      When Nora sends over the WebSocket
        | field   | value   |
        | <field> | <value> |
      Then within 5 seconds the WebSocket of Nora is closed with 1008

      Examples: each message
        | what           | field     | value |
        | a subscription | subscribe | tasks |
        | a ping         | ping      | hello |

    @id.API-066 @needs.writes @needs.storage
    Scenario: A change after signing out closes the connection
      Given Dana has sent POST /api/vod/create with
        | field     | value                          |
        | title     | {a unique title}               |
        | file_path | {a unique file ending in .wav} |
      And the response is saved as "vod"
      And Nora has a new account
      And Nora is connected to /ws/live
      And Nora has sent over the WebSocket
        | field     | value        |
        | subscribe | vod:{vod.id} |
      And within 5 seconds Nora has received
        | path  | value     |
        | event | vod.state |
      And Nora has sent POST /api/auth/logout
      When Dana sends PUT /api/vod/{vod.id} with
        | field  | value      |
        | status | processing |
      Then within 5 seconds the WebSocket of Nora is closed with 1008

  Rule: Clients detect a lost connection

    @id.API-064 @needs.faults @lock.platform
    Scenario: A kill of the API ends the connection immediately
      Given Vera is connected to /ws/live
      When the API is suddenly killed
      Then within 2 seconds the WebSocket of Vera is closed with 1006
