@allure.label.epic:API @needs.writes
Feature: Accounts API
  Programs of the administration create, change and delete accounts, and never receive a password.

  @id.API-078 @needs.database
  Scenario: A new account is active, and its password is nowhere in the answer
    When Omar sends POST /api/admin/users with
      | field    | value                     |
      | username | {a unique name}           |
      | email    | {a unique email}          |
      | password | {a text of 16 characters} |
      | role     | editor                    |
    Then the response is 201
    And the response has
      | path          | value                    |
      | id            | {a uuid}                 |
      | active        | true                     |
      | role          | editor                   |
      | created_at    | {a time within 1 minute} |
      | password      | {absent}                 |
      | password_hash | {absent}                 |
    And at least these records changed
      | store | record   | from     | to         |
      | users | response | {absent} | {anything} |

  @id.API-079 @needs.database
  Scenario: A change of the role changes the role, and nothing else
    Given Omar has sent POST /api/admin/users with
      """
      {
        "username": "{a unique name}", "email": "{a unique email}",
        "password": "{a text of 16 characters}", "role": "viewer"
      }
      """
    And the response is saved as "account"
    When Omar sends PATCH /api/admin/users/{account.id} with
      | field | value  |
      | role  | editor |
    Then exactly these records changed
      | store | record  | field      | from       | to         |
      | users | account | role       | viewer     | editor     |
      | users | account | updated_at | {anything} | {anything} |
    And the response has
      | path   | value           |
      | id     | {account.id}    |
      | email  | {account.email} |
      | active | true            |

  @id.API-080
  Scenario: Of twenty simultaneous wrong passwords five are checked
    Given Omar has sent POST /api/admin/users with
      | field    | value                     |
      | username | {a unique name}           |
      | email    | {a unique email}          |
      | password | {a text of 16 characters} |
    And the response is saved as "account"
    When an unauthenticated client sends POST /api/auth/login 20 times from 20 concurrent clients with
      | field    | value              |
      | username | {account.username} |
      | password | wrong              |
    Then the 20 responses include 5 with the status 401

  @id.API-081
  Scenario: A changed user name applies from the next request
    Given Nora has a new account
    And Nora has sent GET /api/auth/me
    And the response is saved as "nora"
    And Omar has sent PATCH /api/users/{nora.id} with
      | field    | value          |
      | username | new-{the mark} |
    When Nora sends GET /api/protected
    Then the response has
      | path     | value          |
      | username | new-{the mark} |

  @id.API-082
  Scenario Outline: An erased user is not found by <call>
    Given Nora has a new account
    And Nora has sent GET /api/auth/me
    And the response is saved as "nora"
    And Nora has sent POST /api/privacy/erase
    When Omar sends <call> with
      """
      <content>
      """
    Then the response is 404 "NotFoundError"

    Examples: operations on an erased user
      | call                              | content                                                                        |
      | POST /api/users/{nora.id}/restore | {}                                                                             |
      | PATCH /api/admin/users/{nora.id}  | {"active": true}                                                               |
      | POST /api/research/sessions       | {"session_type": "stock_research", "ticker": "AAPL", "user_id": "{nora.id}"}   |
      | POST /api/notifications           | {"type": "info", "title": "Hello", "message": "Hello", "user_id": "{nora.id}"} |

  @id.API-083 @needs.database
  Scenario Outline: <call> for a deleted user is not found
    Given Omar has the user "Alma"
    And Omar has deleted the user "Alma"
    When Omar sends <call> with
      """
      <content>
      """
    Then the response is 404 "NotFoundError"
    And nothing was changed

    Examples: operations for other users
      | call                        | content                                                                             |
      | POST /api/research/sessions | {"session_type": "stock_research", "ticker": "AAPL", "user_id": "{user Alma.id}"}   |
      | POST /api/notifications     | {"type": "info", "title": "Hello", "message": "Hello", "user_id": "{user Alma.id}"} |

  @id.API-084 @needs.database
  Scenario Outline: A change of <field>, which no account has, changes nothing
    Given Omar has the user "Alma"
    When Omar sends PATCH /api/admin/users/{user Alma.id} with
      """
      {"role": "editor", "<field>": "yes"}
      """
    Then the response is 422
    And the response has
      | path             | value                                          |
      | error.details[0] | {"field": "<field>", "issue": "unknown field"} |
    And nothing was changed

    Examples: misspelt, read-only
      | field  |
      | actvie |
      | id     |

  @id.API-085
  Scenario: A user who is deleted loses the session
    Given Nora has a new account
    And Nora has sent GET /api/auth/me
    And the response is saved as "nora"
    And Omar has sent DELETE /api/users/{nora.id}
    When Nora calls the protected endpoint
    Then the request is rejected as unauthenticated

  @id.API-085
  Scenario: A deleted user is rejected like an unknown one
    Given Nora has a new account
    And Nora has sent GET /api/auth/me
    And the response is saved as "nora"
    And Omar has sent DELETE /api/users/{nora.id}
    When Nora signs in
    Then the sign-in is rejected as for an unknown user name

  @id.API-085
  Scenario: A deleted user is not listed
    Given Omar has the user "Undine"
    And Omar has deleted the user "Undine"
    # The list is newest first, and no other scenario creates an Undine.
    When Omar sends GET /api/users?limit=100
    Then the response has
      | path              | value                  |
      | users[*].username | {matching ^(?!undine)} |

  @id.API-086 @needs.database
  Scenario: A researcher cannot create a session for another user
    Given Omar has the user "Alma"
    When Ravi sends POST /api/research/sessions with
      | field        | value          |
      | session_type | stock_research |
      | ticker       | AAPL           |
      | user_id      | {user Alma.id} |
    Then the response is 403 "PermissionError"
    And nothing was changed

  @id.API-086 @needs.database
  Scenario: A researcher cannot notify another user
    Given Omar has the user "Alma"
    When Ravi sends POST /api/notifications with
      | field   | value          |
      | type    | info           |
      | title   | Margin call    |
      | message | Mind your cash |
      | user_id | {user Alma.id} |
    Then the response is 403 "PermissionError"
    And nothing was changed

  @id.API-092 @needs.database
  Scenario: A deleted account is listed with the time of its deletion
    Given Omar has the user "Alma"
    And Omar has the user "Boris"
    And Omar has deleted the user "Alma"
    When Omar sends GET /api/admin/users?limit=100
    Then the response has
      | path                                         | value                    |
      | users[?(@.id=="{user Alma.id}")].deleted_at  | {a time within 1 minute} |
      | users[?(@.id=="{user Boris.id}")].deleted_at | null                     |

  @critical @id.ACC-027 @needs.database @needs.faults @lock.platform
  Scenario Outline: The only administrator cannot be <change>
    Given Omar is the only active administrator
    And Omar has sent GET /api/auth/me
    And the response is saved as "omar"
    When Omar sends <call> with
      """
      <content>
      """
    Then the request is rejected as conflicting
    And nothing was changed

    Examples: changes after which no one could manage accounts
      | change             | call                                             | content            |
      | deactivated        | PATCH /api/admin/users/{omar.id}                 | {"active": false}  |
      | given another role | PATCH /api/admin/users/{omar.id}                 | {"role": "viewer"} |
      | hidden             | DELETE /api/users/{omar.id}                      | {}                 |
      | deleted            | DELETE /api/users/{omar.id}?permanent=true       | {}                 |
      | removed            | DELETE /api/admin/users/{omar.id}?permanent=true | {}                 |
      | erased             | POST /api/privacy/erase                          | {}                 |

  @id.ACC-027 @needs.database
  Scenario Outline: An administrator can be <change> while there is another
    Given Omar has sent POST /api/admin/users with
      """
      {
        "username": "{a unique name}", "email": "{a unique email}",
        "password": "{a text of 16 characters}", "role": "administrator"
      }
      """
    And the response is saved as "other"
    When Omar sends <call> with
      """
      <content>
      """
    Then the response is <status>

    Examples: changes that leave an administrator
      | change             | call                                              | content            | status |
      | deactivated        | PATCH /api/admin/users/{other.id}                 | {"active": false}  | 200    |
      | given another role | PATCH /api/admin/users/{other.id}                 | {"role": "viewer"} | 200    |
      | hidden             | DELETE /api/users/{other.id}                      | {}                 | 204    |
      | removed            | DELETE /api/admin/users/{other.id}?permanent=true | {}                 | 204    |

  @id.ACC-034
  Scenario Outline: Of simultaneous creations with one <what> one succeeds
    When Omar sends POST /api/admin/users 4 times from 4 concurrent clients with
      | field    | value                     |
      | username | <username>                |
      | email    | <email>                   |
      | password | {a text of 16 characters} |
    Then the 4 responses include 1 with the status 201
    And the 4 responses include 3 with the status 409

    Examples: what is unique
      | what    | username        | email                       |
      | name    | alma-{the mark} | {a unique email}            |
      | address | {a unique name} | alma-{the mark}@example.org |
