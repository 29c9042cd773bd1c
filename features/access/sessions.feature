@allure.label.epic:Login_and_roles @needs.database @needs.redis
Feature: Sessions
  Each sign-in is a session of its own. It is kept where it survives a restart, and found where it costs no time.

  Rule: A session lasts until its end

    @critical @id.ACC-018
    Scenario: A session is kept in the database, and in Redis for as long
      When Dana signs in
      Then her session is kept in the database and in Redis until its end

  Rule: Each session stands by itself

    @id.ACC-009
    Scenario: Signing out in one place leaves the other place signed in
      Given Dana is signed in
      And Dana is signed in
      When she signs out
      Then her second session is over
      And her first session goes on

    @critical @id.ACC-019
    Scenario: When one user signs out, another does not notice
      Given Dana is signed in
      And Vera is signed in
      When Dana signs out
      Then Vera's session goes on
      And Dana's session is over

    @id.ACC-019
    Scenario: When one user signs in, another stays who she is
      Given Vera is signed in
      When Dana signs in
      Then Vera's session goes on
      And Dana's session goes on

  Rule: A session can be renewed without the password, by whoever holds its refresh token, once

    @critical @id.ACC-012
    Scenario: A refresh token gives new tokens
      Given Dana is signed in
      When she renews the session
      Then she has new tokens
      And her session goes on

    @id.ACC-012
    Scenario: A refresh token is no access token
      Given Dana is signed in
      When she opens the protected page with the refresh token
      Then she is refused as not signed in

    @id.ACC-012
    Scenario Outline: Nothing is renewed by <what>
      Given Dana is signed in
      And she renewed the session
      When she renews the session with the <token> of before
      Then she is refused as not signed in
      And nothing was changed

      Examples:
        | token         | what                                 |
        | refresh token | a refresh token that was used before |
        | access token  | an access token                      |

    @id.ACC-012
    Scenario: After signing out nothing is renewed
      Given Dana is signed in
      And she signed out
      When she renews the session with the refresh token of before
      Then she is refused as not signed in
      And nothing was changed

  Rule: What changes about an account counts at once

    @critical @needs.writes @id.ACC-013
    Scenario: An inactive user cannot sign in, and is not told why
      Given Vera has a new account
      And Omar set Vera's account to "inactive"
      When Vera signs in
      Then she is refused as if nobody had that name

    @critical @needs.writes @id.ACC-013
    Scenario: A user who is made inactive loses every session
      Given Vera has a new account
      And Vera is signed in
      And Vera is signed in
      When Omar sets Vera's account to "inactive"
      Then Vera's first session is over
      And her second session is over
      And her session is gone from the database and from Redis

    @needs.writes @id.ACC-013
    Scenario: A user who is made active again can sign in
      Given Vera has a new account
      And Omar set Vera's account to "inactive"
      And Omar set Vera's account to "active"
      When Vera signs in
      Then her session goes on

    @critical @needs.writes @id.ACC-014
    Scenario Outline: <who>, made <role>, has to sign in again and then is that
      Given <who> has a new account
      And <who> is signed in
      When Omar sets <whose> role to "<role>"
      Then <whose> session is over
      And <whose> next session has the role "<role>"

      Examples: with more rights than before, with fewer, and with others
        | who  | whose  | role          |
        | Vera | Vera's | editor        |
        | Dana | Dana's | viewer        |
        | Ravi | Ravi's | editor        |
        | Vera | Vera's | administrator |
