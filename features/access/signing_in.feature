@allure.label.epic:Login_and_roles @needs.database @needs.redis
Feature: Signing in and out
  Everybody who works with the platform has an account. Whoever knows its password gets a token, and with
  it what the account may do, until the token ends or its owner signs out.

  Rule: Whoever knows the password gets in

    @smoke @blocker @id.ACC-001
    Scenario: An editor signs in and gets an access token
      When Dana signs in
      Then she has an access token that is good for 30 minutes
      And her session is kept in the database and in Redis until its end

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

    @smoke @critical @id.ACC-004
    Scenario: A wrong password and an unknown name are refused alike
      Given Mallory was refused with Dana's name and a wrong password
      When Mallory signs in with a name that nobody has
      Then she is refused in the very same words
      And nothing was changed

  Rule: Signing out ends the session

    @smoke @critical @id.ACC-008
    Scenario: A token is worth nothing once its owner has signed out
      Given Dana is signed in
      And she opened the protected page
      And she signed out
      When she opens the protected page
      Then she is refused as not signed in
      And her session is gone from the database and from Redis
