@allure.label.epic:Login_and_roles @needs.database @needs.redis @needs.writes
Feature: Managing accounts
  An administrator makes accounts and says what each may do. Nobody else does, least of all for themselves.

  Rule: Only administrators create accounts, with unique names and addresses

    @critical @id.ACC-020
    Scenario: A new user can sign in, and the password is stored as a hash
      When Omar creates an account for Vera
      Then Vera can sign in
      And Vera's account has the role "viewer"
      And her password is stored as an Argon2 hash

    @id.ACC-020
    Scenario Outline: A second account with the same <likeness> is rejected
      Given Dana has a new account
      When Omar creates another account with Dana's <likeness>
      Then the request is rejected as conflicting
      And nothing was changed

      Examples:
        | likeness              |
        | user name             |
        | user name in capitals |
        | address               |
        | address in capitals   |

  Rule: Only administrators change roles

    @critical @id.ACC-021
    Scenario Outline: An administrator makes a viewer <role>
      Given Vera has a new account
      When Omar sets Vera's role to "<role>"
      Then Vera's account has the role "<role>"

      Examples:
        | role          |
        | editor        |
        | researcher    |
        | administrator |

    @critical @id.ACC-021
    Scenario Outline: <who> cannot become an administrator by <self>
      Given <who> has a new account
      And <who> is signed in
      When <who> sets <whose> role to "administrator"
      Then the request is rejected as forbidden
      And nothing was changed

      Examples:
        | who  | whose  | self    |
        | Vera | Vera's | herself |
        | Dana | Dana's | herself |
        | Ravi | Ravi's | himself |
