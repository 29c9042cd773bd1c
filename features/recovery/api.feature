@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: The API goes away and comes back
  Who was connected connects again, and finds everything as it was: signed in, and at work.

  Background:
    Given Dana is signed in
    And people are at work

  @critical @id.REC-030
  Scenario: The API is killed and started again: sessions and work go on
    Given the captioning of "City Council", which takes 2 seconds, is under way
    When the API is suddenly killed
    Then everybody is served again
    And everybody was served or disconnected within 3 seconds
    And Dana's session is still good
    And the VOD "City Council" is captioned within 10 seconds, once
    And nothing acknowledged was lost

  @critical @id.REC-031
  Scenario: The API is stopped in order under load: no accepted request is lost
    Given the database is slow
    And the API is stopped
    And the database came back
    When the API comes back
    Then everybody is served again
    And everybody was served, refused in order or disconnected within 3 seconds
    And no request was carried out without its answer
    And nothing acknowledged was lost

  @id.REC-032
  Scenario Outline: The API is <kind> for a moment: who waits is answered when it goes on
    Given the API is <kind>
    When the API comes back
    Then everybody is served again
    And everybody was served within 3 seconds
    And nothing acknowledged was lost

    Examples: not answering, or late each time
      | kind   |
      | frozen |
      | slow   |
