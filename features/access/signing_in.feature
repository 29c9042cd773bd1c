@allure.label.epic:Login_and_roles @needs.database @needs.redis
Feature: Signing in and out
  Everybody who works with the platform has an account. Whoever knows its password gets a token, and with
  it what the account may do, until the token ends or its owner signs out.

  Rule: The correct password gives access

    @smoke @blocker @id.ACC-001
    Scenario: An editor signs in and gets an access token
      When Dana signs in
      Then she has an access token that is valid for 30 minutes

    @smoke @critical @id.ACC-002
    Scenario: A signed-in viewer opens a protected page
      Given Vera is signed in
      When she calls the protected endpoint
      Then the protected endpoint returns her user name

  Rule: A failed sign-in reveals nothing

    @smoke @critical @id.ACC-003
    Scenario: A protected page stays closed to who is not signed in
      When Mallory calls the protected endpoint
      Then the request is rejected as unauthenticated

    @id.ACC-003
    Scenario Outline: A protected page stays closed to a request with <credentials>
      Given Dana is signed in
      When she calls the protected endpoint with <credentials>
      Then the request is rejected as unauthenticated

      Examples: whatever else her good token is sent with
        | credentials                   |
        | no token at all               |
        | an empty header               |
        | a header without a token      |
        | a token without a scheme      |
        | a token with the scheme Basic |
        | a token with the scheme Token |
        | two tokens in one header      |
        | a malformed token             |

    @smoke @critical @needs.writes @id.ACC-004
    Scenario: A wrong password and an unknown name get the same rejection
      Given Dana has a new account
      When Mallory tries to sign in to Dana's account with a wrong password
      Then the sign-in is rejected as for an unknown user name
      And nothing was changed

    @id.ACC-005
    Scenario Outline: A sign-in with <attempt> is rejected with the invalid field
      When Mallory tries to sign in to Dana's account with <attempt>
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: a field is missing
        | attempt       | field    |
        | no user name  | username |
        | no password   | password |
        | an empty body | body     |

      Examples: a field is of a wrong type, or unknown
        | attempt               | field    |
        | a number as user name | username |
        | a list as user name   | username |
        | null as password      | password |
        | an object as password | password |
        | an unknown field      | role     |

      Examples: the body as a whole is not what is expected
        | attempt                     | field |
        | a list instead of an object | body  |
        | a form instead of JSON      | body  |
        | truncated JSON              | body  |

    @needs.writes @lock.machine @id.ACC-025
    Scenario: Rejections of known and unknown names take equally long
      When Mallory tries 50 wrong passwords with known user names and as many with unknown ones
      Then the median durations differ by at most 30 %

    @needs.writes @id.ACC-026
    Scenario Outline: The <field> <text> is rejected like any incorrect one
      Given Dana has a new account
      When Mallory tries to sign in to Dana's account with the <field> "<text>"
      Then the sign-in is rejected as for an unknown user name
      And nothing was changed

      Examples: instead of the name, with the right password
        | field     | text                          |
        | user name | {name}' --                    |
        | user name | ' OR '1'='1' OR '{name}       |
        | user name | {name}'; DROP TABLE users; -- |
        | user name | {name}%                       |
        | user name | *)(uid={name}*                |
        | user name | {name}{{7*7}}                 |
        | user name | {name}$(reboot)               |

      Examples: instead of the password, with the right name
        | field    | text                                         |
        | password | ' OR '1'='1                                  |
        | password | '; UPDATE users SET role='administrator'; -- |
        | password | %                                            |

  Rule: Signing out ends the session

    @smoke @critical @id.ACC-008
    Scenario: A token is worth nothing once its owner has signed out
      Given Dana is signed in
      And she has signed out
      When she calls the protected endpoint
      Then the request is rejected as unauthenticated
      And her session is deleted from the database and from Redis
