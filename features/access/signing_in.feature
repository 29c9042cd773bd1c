@allure.label.epic:Login_and_roles @needs.database @needs.redis
Feature: Signing in and out
  Everybody who works with the platform has an account. Whoever knows its password gets a token, and with
  it what the account may do, until the token ends or its owner signs out.

  Rule: Whoever knows the password gets in

    @smoke @blocker @id.ACC-001
    Scenario: An editor signs in and gets an access token
      When Dana signs in
      Then she has an access token that is good for 30 minutes

    @smoke @critical @id.ACC-002
    Scenario: A signed-in viewer opens a protected page
      Given Vera is signed in
      When she opens the protected page
      Then the protected page is open to her

  Rule: Whoever does not, learns nothing

    @smoke @critical @id.ACC-003
    Scenario: A protected page stays closed to who is not signed in
      When Mallory opens the protected page
      Then Mallory is refused as not signed in

    @id.ACC-003
    Scenario Outline: A protected page stays closed to a request with <credentials>
      Given Dana is signed in
      When she opens the protected page with <credentials>
      Then she is refused as not signed in

      Examples: whatever else her good token is sent with
        | credentials                 |
        | no token at all             |
        | an empty header             |
        | a header without a token    |
        | a token without its scheme  |
        | a token of the scheme Basic |
        | a token of the scheme Token |
        | two tokens in one header    |
        | a word that is no token     |

    @smoke @critical @needs.writes @id.ACC-004
    Scenario: A wrong password and an unknown name are refused alike
      Given Dana has a new account
      When Mallory tries Dana's account with a wrong password
      Then she is refused as if nobody had that name
      And nothing was changed

    @id.ACC-005
    Scenario Outline: A sign-in with <attempt> is refused, and says what is wrong with it
      When Mallory tries Dana's account with <attempt>
      Then she is told that "<field>" is invalid
      And nothing was changed

      Examples: a field is missing
        | attempt       | field    |
        | no name       | username |
        | no password   | password |
        | an empty body | body     |

      Examples: a field is of a wrong type, or unknown
        | attempt               | field    |
        | a number as name      | username |
        | a list as name        | username |
        | nothing as password   | password |
        | an object as password | password |
        | a field too many      | role     |

      Examples: the body as a whole is not what is expected
        | attempt                  | field |
        | a list instead of fields | body  |
        | a form instead of JSON   | body  |
        | JSON that breaks off     | body  |

    @needs.writes @lock.machine @id.ACC-025
    Scenario: A refusal takes as long for a name that nobody has as for a wrong password
      When Mallory tries 50 wrong passwords with names that exist, and as many with names that do not
      Then the medians of both times differ by at most 30 %

    @needs.writes @id.ACC-026
    Scenario Outline: The <field> <text> is a wrong one and nothing more
      Given Dana has a new account
      When Mallory tries Dana's account with the <field> "<text>"
      Then she is refused as if nobody had that name
      And nothing was changed

      Examples: instead of the name, with the right password
        | field | text                          |
        | name  | {name}' --                    |
        | name  | ' OR '1'='1' OR '{name}       |
        | name  | {name}'; DROP TABLE users; -- |
        | name  | {name}%                       |
        | name  | *)(uid={name}*                |
        | name  | {name}{{7*7}}                 |
        | name  | {name}$(reboot)               |

      Examples: instead of the password, with the right name
        | field    | text                                         |
        | password | ' OR '1'='1                                  |
        | password | '; UPDATE users SET role='administrator'; -- |
        | password | %                                            |

  Rule: Signing out ends the session

    @smoke @critical @id.ACC-008
    Scenario: A token is worth nothing once its owner has signed out
      Given Dana is signed in
      And she signed out
      When she opens the protected page
      Then she is refused as not signed in
      And her session is gone from the database and from Redis
