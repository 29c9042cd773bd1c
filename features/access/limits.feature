@allure.label.epic:Login_and_roles @needs.writes
Feature: Lockouts and rate limits
  Guessing passwords and sending too many requests is slowed down: the user has to wait, and learns how long.
  Other users are not affected.

  Rule: Five failed sign-ins lock a name temporarily

    @critical @id.ACC-016
    Scenario Outline: A locked name is rejected with <attempt> and a time to wait
      Given Dana has a new account
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Mallory tries to sign in to Dana's account with <attempt>
      Then the request is rejected as rate limited for 840 to 900 seconds

      Examples:
        | attempt                   |
        | the correct password      |
        | a wrong password          |
        | the user name in capitals |

    @id.ACC-016
    Scenario: An unknown name is locked in the same way
      Given Mallory has tried to sign in to Dana's account with an unknown user name 5 times
      When Mallory tries to sign in to Dana's account with an unknown user name
      Then the request is rejected as rate limited for 840 to 900 seconds

    @critical @id.ACC-016
    Scenario: Four failures lock nothing
      Given Dana has a new account
      And Mallory has tried to sign in to Dana's account with a wrong password 4 times
      When Dana signs in
      Then her session is open

    @critical @id.ACC-033
    Scenario: A successful sign-in does not reset the failures
      Given Dana has a new account
      And Mallory has tried to sign in to Dana's account with a wrong password 3 times
      And Dana is signed in
      And Mallory has tried to sign in to Dana's account with a wrong password 2 times
      When Dana signs in
      Then the request is rejected as rate limited for 840 to 900 seconds

    @id.ACC-016
    Scenario: Other names are not touched by a lock
      Given Dana has a new account
      And Vera has a new account
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Vera signs in
      Then her session is open

    @id.ACC-016
    Scenario: An open session continues while the name is locked
      Given Dana has a new account
      And Dana is signed in
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Dana calls the protected endpoint
      Then the protected endpoint returns her user name

    @critical @id.ACC-017
    Scenario: A lock ends with its time
      Given Dana has a new account
      And Omar has set Dana's lockout period to "2 seconds"
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Dana signs in
      Then the request is rejected as rate limited for 1 to 2 seconds
      And the same request succeeds after that time and not before

    @critical @id.ACC-016 @needs.faults @lock.platform
    Scenario: Without Redis, too, five failures lock a name
      Given Dana has a new account
      And Redis is unavailable
      And Mallory has tried to sign in to Dana's account with a wrong password 5 times
      When Mallory tries to sign in to Dana's account with the correct password
      Then the request is rejected as rate limited for 840 to 900 seconds

  Rule: An account's requests are limited

    @critical @id.ACC-023
    Scenario: Requests above the limit are rejected until the period ends
      Given Vera has a new account
      And Vera is signed in
      And Omar has set Vera's rate limit to "3 requests in 3 seconds"
      And Vera has called the protected endpoint 3 times
      When Vera calls the protected endpoint
      Then the request is rejected as rate limited for 2 to 3 seconds
      And the same request succeeds after that time and not before

    @id.ACC-023
    Scenario: The limit of one account does not affect another
      Given Vera has a new account
      And Omar has set Vera's rate limit to "1 requests in 60 seconds"
      And Vera has called the protected endpoint once
      When Dana calls the protected endpoint
      Then the protected endpoint returns her user name

    @id.ACC-023
    Scenario: Every session of the account counts
      Given Vera has a new account
      And Omar has set Vera's rate limit to "2 requests in 60 seconds"
      And Vera is signed in
      And Vera is signed in
      When Vera calls the protected endpoint
      Then the request is rejected as rate limited for 1 to 60 seconds

    @needs.database @needs.redis @id.ACC-023
    Scenario: Signing out is always possible
      Given Vera has a new account
      And Omar has set Vera's rate limit to "1 requests in 60 seconds"
      And Vera is signed in
      When Vera signs out
      Then her session is deleted from the database and from Redis

    @critical @id.ACC-023 @needs.faults @lock.platform
    Scenario: Without Redis, too, who asks more often than allowed has to wait
      Given Vera has a new account
      And Vera is signed in
      And Omar has set Vera's rate limit to "3 requests in 60 seconds"
      And Redis is unavailable
      And Vera has called the protected endpoint 3 times
      When Vera calls the protected endpoint
      Then the request is rejected as rate limited for 1 to 60 seconds
