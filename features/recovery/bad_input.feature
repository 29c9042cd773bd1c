@allure.label.epic:Errors_and_recovery @needs.database @needs.storage @needs.writes @lock.platform
Feature: Malformed requests under load
  Clients make mistakes and intruders make them on purpose. Each is refused, and nobody else notices.

  @critical @id.REC-060
  Scenario: Valid requests succeed during a hundred malformed ones
    Given Dana has the VOD "City Council"
    And background traffic is running
    When Dana sends a hundred malformed requests
    Then each malformed request is rejected with 4xx
    And every background request was successful within 2 seconds
    And the VOD "City Council" has the status "pending"
    And no acknowledged change was lost
