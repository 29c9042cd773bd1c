@allure.label.epic:API @needs.writes @needs.database
Feature: Passwords and sessions API
  Users change their password and end their sessions; administrators help those who cannot.

  Background:
    Given Omar has sent POST /api/admin/users with
      | field    | value                     |
      | username | {a unique name}           |
      | email    | {a unique email}          |
      | password | {a text of 16 characters} |
    And the response is saved as "account"
    And an unauthenticated client has sent POST /api/auth/login with
      | field    | value                     |
      | username | {account.username}        |
      | password | {a text of 16 characters} |
    And the response is saved as "other"
    And an unauthenticated client has sent POST /api/auth/login with
      | field    | value                     |
      | username | {account.username}        |
      | password | {a text of 16 characters} |
    And the response is saved as "own"

  Rule: Users change their own password

    @id.ACC-028
    Scenario Outline: After a change of the password the <session> session is <state>
      Given an unauthenticated client has sent POST /api/auth/password with
        | part   | name             | value                     |
        | header | Authorization    | Bearer {own.access_token} |
        | json   | current_password | {a text of 16 characters} |
        | json   | new_password     | {a text of 20 characters} |
      When an unauthenticated client sends GET /api/protected with
        | part   | name          | value                           |
        | header | Authorization | Bearer {<session>.access_token} |
      Then the response is <status>

      Examples: only the session that changed it stays
        | session | state | status |
        | own     | open  | 200    |
        | other   | ended | 401    |

    @id.ACC-028
    Scenario: After a change of the password the own session can be refreshed
      Given an unauthenticated client has sent POST /api/auth/password with
        | part   | name             | value                     |
        | header | Authorization    | Bearer {own.access_token} |
        | json   | current_password | {a text of 16 characters} |
        | json   | new_password     | {a text of 20 characters} |
      When an unauthenticated client sends POST /api/auth/refresh with
        | field         | value               |
        | refresh_token | {own.refresh_token} |
      Then the response is 200

    @id.ACC-028
    Scenario Outline: After a change of the password the <password> password is answered <status>
      Given an unauthenticated client has sent POST /api/auth/password with
        | part   | name             | value                     |
        | header | Authorization    | Bearer {own.access_token} |
        | json   | current_password | {a text of 16 characters} |
        | json   | new_password     | {a text of 20 characters} |
      When an unauthenticated client sends POST /api/auth/login with
        | field    | value                           |
        | username | {account.username}              |
        | password | {a text of <length> characters} |
      Then the response is <status>

      Examples: the new one signs in
        | password | length | status |
        | new      | 20     | 200    |
        | old      | 16     | 401    |

    @id.ACC-028
    Scenario Outline: A change with <what> is rejected
      When an unauthenticated client sends POST /api/auth/password with
        | part   | name             | value                     |
        | header | Authorization    | Bearer {own.access_token} |
        | json   | current_password | <current>                 |
        | json   | new_password     | <new>                     |
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: passwords that are not accepted
        | what                             | current                   | new                        | field            |
        | an incorrect current password    | {a text of 17 characters} | {a text of 20 characters}  | current_password |
        | a new password that is too short | {a text of 16 characters} | short                      | new_password     |
        | a new password that is too long  | {a text of 16 characters} | {a text of 257 characters} | new_password     |

    @id.ACC-028
    Scenario: Incorrect current passwords lock the name
      When an unauthenticated client sends POST /api/auth/password 8 times from 8 concurrent clients with
        | part   | name             | value                     |
        | header | Authorization    | Bearer {own.access_token} |
        | json   | current_password | {a text of 17 characters} |
        | json   | new_password     | {a text of 20 characters} |
      Then the 8 responses include 5 with the status 422
      And the 8 responses include 3 with the status 429

  Rule: Administrators set passwords and end lockouts

    @id.ACC-029
    Scenario: A password that an administrator set signs in
      Given Omar has sent PUT /api/admin/users/{account.id}/password with
        | field    | value                     |
        | password | {a text of 20 characters} |
      When an unauthenticated client sends POST /api/auth/login with
        | field    | value                     |
        | username | {account.username}        |
        | password | {a text of 20 characters} |
      Then the response is 200

    @id.ACC-029
    Scenario: A password that an administrator set ends every session
      Given Omar has sent PUT /api/admin/users/{account.id}/password with
        | field    | value                     |
        | password | {a text of 20 characters} |
      When an unauthenticated client sends GET /api/protected with
        | part   | name          | value                     |
        | header | Authorization | Bearer {own.access_token} |
      Then the response is 401

    @id.ACC-029
    Scenario: A password of an unknown account is not set
      When Omar sends PUT /api/admin/users/{a uuid}/password with
        | field    | value                     |
        | password | {a text of 20 characters} |
      Then the request is rejected as not found

    @id.ACC-030
    Scenario: A lockout is ended before its time
      Given Dana has a new account
      And Dana has sent GET /api/auth/me
      And the response is saved as "dana"
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Omar sends DELETE /api/admin/users/{dana.id}/lockout
      Then Dana can sign in

    @id.ACC-030
    Scenario: Failed sign-ins are counted from the start after a lockout was ended
      Given Dana has a new account
      And Dana has sent GET /api/auth/me
      And the response is saved as "dana"
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      And Omar has sent DELETE /api/admin/users/{dana.id}/lockout
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Dana signs in
      Then the request is rejected as rate limited for 840 to 900 seconds

    @id.ACC-030 @needs.faults @lock.platform
    Scenario: A lockout is ended without Redis, too
      Given Dana has a new account
      And Dana has sent GET /api/auth/me
      And the response is saved as "dana"
      And Redis is unavailable
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Omar sends DELETE /api/admin/users/{dana.id}/lockout
      Then Dana can sign in

  Rule: Users end all their sessions

    @id.ACC-031
    Scenario Outline: After signing out everywhere the <session> session is ended
      Given an unauthenticated client has sent POST /api/auth/logout/all with
        | part   | name          | value                     |
        | header | Authorization | Bearer {own.access_token} |
      When an unauthenticated client sends GET /api/protected with
        | part   | name          | value                           |
        | header | Authorization | Bearer {<session>.access_token} |
      Then the response is 401

      Examples: the one that ended them included
        | session |
        | own     |
        | other   |

    @id.ACC-031
    Scenario: Signing out everywhere does not affect other users
      Given Vera has a new account
      And Vera is signed in
      And an unauthenticated client has sent POST /api/auth/logout/all with
        | part   | name          | value                     |
        | header | Authorization | Bearer {own.access_token} |
      When Vera calls the protected endpoint
      Then the protected endpoint returns her user name
