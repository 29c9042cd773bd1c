@allure.label.epic:Login_and_roles
Feature: Access tokens
  A token says who sends a request. It is believed because of its signature alone, so nobody but the platform can make one.

  Rule: Tokens expire

    @critical @needs.signing_key @id.ACC-010
    Scenario: A token that is about to expire still opens a page
      Given Dana is signed in
      When she calls the protected endpoint with a token about to expire
      Then the protected endpoint returns her user name

    @critical @needs.signing_key @id.ACC-010
    Scenario: A token that has just expired does not
      Given Dana is signed in
      When she calls the protected endpoint with an expired token
      Then the request is rejected as unauthenticated

  Rule: Altered and forged tokens are rejected

    @critical @id.ACC-011
    Scenario Outline: No page is opened with <what>
      Given Dana is signed in
      When she calls the admin endpoint with <what>
      Then the request is rejected as unauthenticated

      Examples: what anybody can make
        | what                            |
        | an altered token                |
        | a token without its signature   |
        | a token signed with another key |
        | a token with the algorithm none |

      @needs.signing_key
      Examples: what has a signature of the right key
        | what                           |
        | a token without an expiry      |
        | a token with another algorithm |
