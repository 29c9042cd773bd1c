@allure.label.epic:Login_and_roles @needs.database @needs.redis
Feature: Sessions
  Each sign-in opens a session. Its record survives a restart, and its cached copy makes requests fast.

  Rule: A session is stored until it expires

    @critical @id.ACC-018
    Scenario: A session is stored in the database and in Redis until its expiry
      When Dana signs in
      Then her session is stored in the database and in Redis until its expiry

    @critical @needs.writes @id.ACC-032
    Scenario: A refreshed session ends 12 hours after its sign-in
      Given Dana is signed in
      When she refreshes the session
      Then her session ends 12 hours after its sign-in

    @critical @needs.writes @id.ACC-032
    Scenario: The access token of a session of 12 hours is rejected
      Given Dana has a new account
      And Dana is signed in
      And her session is 12 hours old
      When she calls the protected endpoint
      Then the request is rejected as unauthenticated

    @needs.writes @id.ACC-032
    Scenario: A session of 12 hours cannot be refreshed
      Given Dana has a new account
      And Dana is signed in
      And her session is 12 hours old
      When she refreshes the session with the previous refresh token
      Then the request is rejected as unauthenticated

  Rule: Sessions are independent

    @id.ACC-009
    Scenario: Signing out of one session leaves the other open
      Given Dana is signed in
      And Dana is signed in
      When she signs out
      Then her second session is ended
      And her first session is open

    @critical @id.ACC-019
    Scenario: Signing out does not affect other users
      Given Dana is signed in
      And Vera is signed in
      When Dana signs out
      Then Vera's session is open
      And Dana's session is ended

    @id.ACC-019
    Scenario: Signing in does not affect other users
      Given Vera is signed in
      When Dana signs in
      Then Vera's session is open
      And Dana's session is open

  Rule: A refresh token renews a session once

    @critical @id.ACC-012
    Scenario: A refresh token gives new tokens
      Given Dana is signed in
      When she refreshes the session
      Then she has new tokens
      And her session is open

    @id.ACC-012
    Scenario: A refresh token is not accepted as an access token
      Given Dana is signed in
      When she calls the protected endpoint with the refresh token
      Then the request is rejected as unauthenticated

    @id.ACC-012
    Scenario Outline: Nothing is renewed by <what>
      Given Dana is signed in
      And she has refreshed the session
      When she refreshes the session with the previous <token>
      Then the request is rejected as unauthenticated
      And nothing was changed

      Examples:
        | token         | what                                 |
        | refresh token | a refresh token that was used before |
        | access token  | an access token                      |

    @id.ACC-012
    Scenario: After signing out nothing is renewed
      Given Dana is signed in
      And she has signed out
      When she refreshes the session with the previous refresh token
      Then the request is rejected as unauthenticated
      And nothing was changed

  Rule: Changes of an account apply immediately

    @critical @needs.writes @id.ACC-013
    Scenario: An inactive user is rejected like an unknown one
      Given Vera has a new account
      And Omar has set Vera's account to "inactive"
      When Vera signs in
      Then the sign-in is rejected as for an unknown user name

    @critical @needs.writes @id.ACC-013
    Scenario: A user who is made inactive loses every session
      Given Vera has a new account
      And Vera is signed in
      And Vera is signed in
      When Omar sets Vera's account to "inactive"
      Then Vera's first session is ended
      And her second session is ended
      And her session is deleted from the database and from Redis

    @needs.writes @id.ACC-013
    Scenario: A user who is made active again can sign in
      Given Vera has a new account
      And Omar has set Vera's account to "inactive"
      And Omar has set Vera's account to "active"
      When Vera signs in
      Then her session is open

    @critical @needs.writes @id.ACC-014
    Scenario Outline: <who> has the role <role> after signing in again
      Given <who> has a new account
      And <who> is signed in
      When Omar sets <whose> role to "<role>"
      Then <whose> session is ended
      And <whose> next session has the role "<role>"

      Examples: more rights, fewer rights, other rights
        | who  | whose  | role          |
        | Vera | Vera's | editor        |
        | Dana | Dana's | viewer        |
        | Ravi | Ravi's | editor        |
        | Vera | Vera's | administrator |
