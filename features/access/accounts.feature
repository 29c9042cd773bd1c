@allure.label.epic:Login_and_roles @needs.database @needs.redis @needs.writes
Feature: Accounts
  An administrator makes accounts and says what each may do. Nobody else does, least of all for themselves.

  Rule: An account is made by an administrator, under a name and a mail address of its own

    @critical @id.ACC-020
    Scenario: A new user can sign in, and nobody can read the password
      When Omar creates an account for Vera
      Then Vera can sign in
      And Vera's account has the role "viewer"
      And her password is stored as a hash of Argon2

    @id.ACC-020
    Scenario Outline: A second account with the same <likeness> is refused
      Given Dana has a new account
      When Omar creates another account with Dana's <likeness>
      Then he is refused because that is taken
      And nothing was changed

      Examples:
        | likeness                 |
        | name                     |
        | name in capitals         |
        | mail address             |
        | mail address in capitals |

  Rule: A role is given by an administrator

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
    Scenario Outline: <who> cannot make an administrator of <self>
      Given <who> has a new account
      And <who> is signed in
      When <who> sets <whose> role to "administrator"
      Then <who> is refused for lack of rights
      And nothing was changed

      Examples:
        | who  | whose  | self    |
        | Vera | Vera's | herself |
        | Dana | Dana's | herself |
        | Ravi | Ravi's | himself |
