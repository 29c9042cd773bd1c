@allure.label.epic:Login_and_roles
Feature: Tokens
  A token says who sends a request. It is believed because of its signature alone, so nobody but the platform can make one.

  Rule: A token has an end

    @critical @needs.signing_key @id.ACC-010
    Scenario: A token that is about to expire still opens a page
      Given Dana is signed in
      When she opens the protected page with a token about to expire
      Then the protected page is open to her

    @critical @needs.signing_key @id.ACC-010
    Scenario: A token that has just expired does not
      Given Dana is signed in
      When she opens the protected page with an expired token
      Then she is refused as not signed in

  Rule: A token is as the platform made it, or it is worth nothing

    @critical @id.ACC-011
    Scenario Outline: No page is opened with <what>
      Given Dana is signed in
      When she opens the administrator's page with <what>
      Then she is refused as not signed in

      Examples: what anybody can make
        | what                            |
        | an altered token                |
        | a token without its signature   |
        | a token signed with another key |
        | a token of algorithm none       |

      @needs.signing_key
      Examples: what has a signature of the right key
        | what                         |
        | a token without an expiry    |
        | a token of another algorithm |
