@allure.label.epic:Errors_and_recovery @needs.database @needs.storage @needs.writes @lock.platform
Feature: A storm of bad input
  Clients make mistakes and intruders make them on purpose. Each is refused, and nobody else notices.

  @critical @id.REC-060
  Scenario: After a hundred malformed requests, good ones are answered as before
    Given the VOD "City Council" of Dana
    And people are at work
    When Dana sends a hundred malformed requests of every kind
    Then each was refused, and none with a failure of the platform
    And everybody was served within 2 seconds
    And the VOD "City Council" is still pending
    And nothing acknowledged was lost
