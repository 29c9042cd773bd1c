@allure.label.epic:Login_and_roles
Feature: Access to the admin endpoint
  A role defines what an account may do. The admin endpoint is for administrators only.

  @smoke @critical @id.ACC-006
  Scenario Outline: The admin endpoint is forbidden to <who>
    Given <who> is signed in
    When <who> calls the admin endpoint
    Then the request is rejected as forbidden

    Examples: every role below administrator
      | who  |
      | Dana |
      | Ravi |
      | Vera |

  @smoke @critical @id.ACC-007
  Scenario: The administrator's page is open to an administrator
    Given Omar is signed in
    When he calls the admin endpoint
    Then the admin endpoint returns his user name
