@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: Recovery of the API
  Who was connected connects again, and finds everything as it was: signed in, and at work.

  Background:
    Given Dana is signed in
    And background traffic is running

  @critical @id.REC-030
  Scenario: Sessions and jobs survive a kill of the API
    Given a captioning of "City Council" that takes 2 seconds is running
    When the API is suddenly killed
    Then background requests succeed again
    And every background request was successful or disconnected within 3 seconds
    And Dana's session is open
    And the VOD "City Council" is captioned once within 10 seconds
    And no acknowledged change was lost

  @critical @id.REC-031
  Scenario: The API is stopped in order under load: no accepted request is lost
    Given the database is slow
    And the API is stopped
    And the database has been restored
    When the API is restored
    Then background requests succeed again
    And every background request was successful, rejected with 503 or disconnected within 3 seconds
    And no request was executed without a response
    And no acknowledged change was lost

  @id.REC-032
  Scenario Outline: Requests that wait while the API is <kind> succeed afterwards
    Given the API is <kind>
    When the API is restored
    Then background requests succeed again
    And every background request was successful within 3 seconds
    And no acknowledged change was lost

    Examples: not answering, or late each time
      | kind   |
      | frozen |
      | slow   |
