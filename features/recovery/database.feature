@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: The database goes away and comes back
  Servers crash. Users are told so at once, in plain words, and go on working as soon as the server is back,
  without anybody starting the platform again.

  Background:
    Given the VOD "City Council" of Dana

  @smoke @blocker @id.REC-001
  Scenario: While the database is away the platform says so
    When the database is killed
    Then the platform says within 3 seconds that it is "unhealthy"
    And its health names the database as the cause
    And Dana is refused the list of VODs as "DatabaseError" within 3 seconds

  @smoke @blocker @id.REC-002
  Scenario: When the database is back, work goes on
    Given the database was killed
    When the database comes back
    Then the first request of Dana is served
    And the platform says within 5 seconds that it is "healthy"
    And the API was not started again for it
    And the VOD "City Council" is still pending
    And Dana can still have the VOD "City Council" captioned
