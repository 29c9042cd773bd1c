@allure.label.epic:Login_and_roles @needs.writes
Feature: Limits
  Whoever guesses passwords, or asks too often, has to wait, and is told how long. Nobody else has to.

  Rule: Five failures lock a name for a while

    @critical @id.ACC-016
    Scenario Outline: A locked name is refused with <attempt>, too, and says when to try again
      Given Dana has a new account
      And Mallory tried Dana's account with a wrong password, 5 times
      When Mallory tries Dana's account with <attempt>
      Then she is told to wait 840 to 900 seconds

      Examples:
        | attempt              |
        | the right password   |
        | a wrong password     |
        | the name in capitals |

    @id.ACC-016
    Scenario: A name that nobody has is locked alike, so that locks tell nothing
      Given Mallory tried Dana's account with a name that nobody has, 5 times
      When Mallory tries Dana's account with a name that nobody has
      Then she is told to wait 840 to 900 seconds

    @critical @id.ACC-016
    Scenario: Four failures lock nothing
      Given Dana has a new account
      And Mallory tried Dana's account with a wrong password, 4 times
      When Dana signs in
      Then her session goes on

    @id.ACC-016
    Scenario: Other names are not touched by a lock
      Given Dana has a new account
      And Vera has a new account
      And Mallory tried Dana's account with a wrong password, 5 times
      When Vera signs in
      Then her session goes on

    @id.ACC-016
    Scenario: Who is signed in already stays so while the name is locked
      Given Dana has a new account
      And Dana is signed in
      And Mallory tried Dana's account with a wrong password, 5 times
      When Dana opens the protected page
      Then the protected page is open to her

    @critical @id.ACC-017
    Scenario: A lock ends with its time
      Given Dana has a new account
      And Omar set Dana's lock time to "2 seconds"
      And Mallory tried Dana's account with a wrong password, 5 times
      When Dana signs in
      Then she is told to wait 1 to 2 seconds
      And she is served when that time is over, and not before

    @critical @id.ACC-016 @needs.faults @lock.platform
    Scenario: Without Redis, too, five failures lock a name
      Given Dana has a new account
      And Redis is gone
      And Mallory tried Dana's account with a wrong password, 5 times
      When Mallory tries Dana's account with the right password
      Then she is told to wait 840 to 900 seconds

  Rule: An account may send so many requests and no more

    @critical @id.ACC-023
    Scenario: Who asks more often than allowed has to wait, and is served afterwards
      Given Vera has a new account
      And Vera is signed in
      And Omar set Vera's request limit to "3 requests in 3 seconds"
      And Vera opened the protected page, 3 times
      When Vera opens the protected page
      Then she is told to wait 2 to 3 seconds
      And she is served when that time is over, and not before

    @id.ACC-023
    Scenario: The limit of one account does not touch another
      Given Vera has a new account
      And Omar set Vera's request limit to "1 requests in 60 seconds"
      And Vera opened the protected page, once
      When Dana opens the protected page
      Then the protected page is open to her

    @id.ACC-023
    Scenario: Every session of the account counts
      Given Vera has a new account
      And Omar set Vera's request limit to "2 requests in 60 seconds"
      And Vera is signed in
      And Vera is signed in
      When Vera opens the protected page
      Then she is told to wait 1 to 60 seconds

    @needs.database @needs.redis @id.ACC-023
    Scenario: Signing out is always possible
      Given Vera has a new account
      And Omar set Vera's request limit to "1 requests in 60 seconds"
      And Vera is signed in
      When Vera signs out
      Then her session is gone from the database and from Redis

    @critical @id.ACC-023 @needs.faults @lock.platform
    Scenario: Without Redis, too, who asks more often than allowed has to wait
      Given Vera has a new account
      And Vera is signed in
      And Omar set Vera's request limit to "3 requests in 60 seconds"
      And Redis is gone
      And Vera opened the protected page, 3 times
      When Vera opens the protected page
      Then she is told to wait 1 to 60 seconds
