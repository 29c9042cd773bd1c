@allure.label.epic:Login_and_roles
Feature: Roles
  A role says what an account may do. The administrator's page is for administrators alone.

  @smoke @critical @id.ACC-006
  Scenario Outline: The administrator's page is closed to <who>, who is no administrator
    Given <who> is signed in
    When <who> opens the administrator's page
    Then <who> is refused for lack of rights

    Examples: everybody but the administrator
      | who  |
      | Dana |
      | Ravi |
      | Vera |

  @smoke @critical @id.ACC-007
  Scenario: The administrator's page is open to an administrator
    Given Omar is signed in
    When he opens the administrator's page
    Then the administrator's page is open to him
