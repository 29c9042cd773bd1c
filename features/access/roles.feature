@allure.label.epic:Login_and_roles
Feature: Access to the admin endpoint
  A role says what an account may do. The administrator's page is for administrators alone.

  @smoke @critical @id.ACC-006
  Scenario Outline: The admin endpoint is forbidden to <who>
    Given <who> is signed in
    When <who> calls the admin endpoint
    Then the request is rejected as forbidden

    Examples: everybody but the administrator
      | who  |
      | Dana |
      | Ravi |
      | Vera |

  @smoke @critical @id.ACC-007
  Scenario: The administrator's page is open to an administrator
    Given Omar is signed in
    When he calls the admin endpoint
    Then the admin endpoint returns his user name
