@allure.label.epic:Interface @needs.writes
Feature: Accounts at the interface
  A program of the administration makes, changes and removes accounts, and is never shown a password.

  @id.API-078 @needs.database
  Scenario: A new account is active, and its password is nowhere in the answer
    When Omar sends POST /api/admin/users with
      | field    | value                     |
      | username | {a unique name}           |
      | email    | {a unique email}          |
      | password | {a text of 16 characters} |
      | role     | editor                    |
    Then the answer is 201
    And the answer has
      | path          | value                    |
      | id            | {a uuid}                 |
      | active        | true                     |
      | role          | editor                   |
      | created_at    | {a time within 1 minute} |
      | password      | {absent}                 |
      | password_hash | {absent}                 |
    And at least these records changed
      | store | record | from     | to         |
      | users | answer | {absent} | {anything} |

  @id.API-079 @needs.database
  Scenario: A change of the role changes the role, and nothing else
    Given Omar has sent POST /api/admin/users with
      """
      {
        "username": "{a unique name}", "email": "{a unique email}",
        "password": "{a text of 16 characters}", "role": "viewer"
      }
      """
    And the answer is remembered as "account"
    When Omar sends PATCH /api/admin/users/{account.id} with
      | field | value  |
      | role  | editor |
    Then exactly these records changed
      | store | record  | field      | from       | to         |
      | users | account | role       | viewer     | editor     |
      | users | account | updated_at | {anything} | {anything} |
    And the answer has
      | path   | value           |
      | id     | {account.id}    |
      | email  | {account.email} |
      | active | true            |

  @id.API-080
  Scenario: Of twenty wrong passwords at once five are tried
    Given Omar has sent POST /api/admin/users with
      | field    | value                     |
      | username | {a unique name}           |
      | email    | {a unique email}          |
      | password | {a text of 16 characters} |
    And the answer is remembered as "account"
    When nobody sends POST /api/auth/login 20 times by 20 at once with
      | field    | value              |
      | username | {account.username} |
      | password | wrong              |
    Then 5 of the 20 answers are 401

  @id.API-081
  Scenario: Whose name is changed has the new one from the next request on
    Given Nora has just joined
    And Nora has sent GET /api/auth/me
    And the answer is remembered as "nora"
    And Omar has sent PATCH /api/users/{nora.id} with
      | field    | value          |
      | username | new-{the mark} |
    When Nora sends GET /api/protected
    Then the answer has
      | path     | value          |
      | username | new-{the mark} |

  @id.API-082
  Scenario Outline: Who was erased is unknown to <call>
    Given Nora has just joined
    And Nora has sent GET /api/auth/me
    And the answer is remembered as "nora"
    And Nora has sent POST /api/privacy/erase
    When Omar sends <call> with
      """
      <content>
      """
    Then the answer is 404 "NotFoundError"

    Examples: nobody brings them back, or does anything for them
      | call                              | content                                                                        |
      | POST /api/users/{nora.id}/restore | {}                                                                             |
      | PATCH /api/admin/users/{nora.id}  | {"active": true}                                                               |
      | POST /api/research/sessions       | {"session_type": "stock_research", "ticker": "AAPL", "user_id": "{nora.id}"}   |
      | POST /api/notifications           | {"type": "info", "title": "Hello", "message": "Hello", "user_id": "{nora.id}"} |

  @id.API-083 @needs.database
  Scenario Outline: For who was deleted there is no <call>
    Given the user "Alma" of Omar
    And Omar deleted the user "Alma"
    When Omar sends <call> with
      """
      <content>
      """
    Then the answer is 404 "NotFoundError"
    And nothing was changed

    Examples: what is done for others
      | call                        | content                                                                             |
      | POST /api/research/sessions | {"session_type": "stock_research", "ticker": "AAPL", "user_id": "{user Alma.id}"}   |
      | POST /api/notifications     | {"type": "info", "title": "Hello", "message": "Hello", "user_id": "{user Alma.id}"} |

  @id.API-084 @needs.database
  Scenario Outline: A change of <field>, which no account has, changes nothing
    Given the user "Alma" of Omar
    When Omar sends PATCH /api/admin/users/{user Alma.id} with
      """
      {"role": "editor", "<field>": "yes"}
      """
    Then the answer is 422
    And the answer has
      | path             | value                                                 |
      | error.details[0] | {"field": "<field>", "issue": "is not a known field"} |
    And nothing was changed

    Examples: misspelt, and not to be changed here
      | field  |
      | actvie |
      | id     |

  @id.API-085
  Scenario: A user who is deleted loses the session
    Given Nora has just joined
    And Nora has sent GET /api/auth/me
    And the answer is remembered as "nora"
    And Omar has sent DELETE /api/users/{nora.id}
    When Nora opens the protected page
    Then she is refused as not signed in

  @id.API-085
  Scenario: A deleted user cannot sign in, and is not told why
    Given Nora has just joined
    And Nora has sent GET /api/auth/me
    And the answer is remembered as "nora"
    And Omar has sent DELETE /api/users/{nora.id}
    When Nora signs in
    Then she is refused as if nobody had that name

  @id.API-085
  Scenario: A deleted user is not listed
    Given the user "Undine" of Omar
    And Omar deleted the user "Undine"
    # The newest come first, and no other scenario knows an Undine.
    When Omar sends GET /api/users?limit=100
    Then the answer has
      | path              | value                  |
      | users[*].username | {matching ^(?!undine)} |

  @id.API-086 @needs.database
  Scenario: A researcher begins no session for somebody else
    Given the user "Alma" of Omar
    When Ravi sends POST /api/research/sessions with
      | field        | value          |
      | session_type | stock_research |
      | ticker       | AAPL           |
      | user_id      | {user Alma.id} |
    Then the answer is 403 "PermissionError"
    And nothing was changed

  @id.API-086 @needs.database
  Scenario: A researcher sends no notification to somebody else
    Given the user "Alma" of Omar
    When Ravi sends POST /api/notifications with
      | field   | value          |
      | type    | info           |
      | title   | Margin call    |
      | message | Mind your cash |
      | user_id | {user Alma.id} |
    Then the answer is 403 "PermissionError"
    And nothing was changed
