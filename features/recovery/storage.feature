@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: Recovery of the media storage
  Files live elsewhere, on a storage that can be away. What needs no file goes on; what needs one says why it cannot.

  Background:
    Given Dana has the captioned VOD "City Council"
    And Dana has the VOD "Parks Board"
    And background traffic is running

  @critical @id.REC-050
  Scenario: Without the storage, files are rejected and captioning fails with a reason
    When the media storage is suddenly unavailable
    Then the platform's health is "degraded" within 3 seconds
    And health lists only the storage as unhealthy
    And Dana gets "DependencyError" for the captions of "City Council" within 3 seconds
    And captioning "Parks Board" fails because "the media storage is not available"
    And every background request was successful or rejected with 503 within 3 seconds
    And no acknowledged change was lost

  @critical @id.REC-051
  Scenario: After the storage is restored, files are returned and a retry succeeds
    Given the media storage is unavailable
    And Dana got "DependencyError" for the captions of "City Council" within 3 seconds
    And captioning "Parks Board" failed because "the media storage is not available"
    When the media storage is restored
    Then the platform's health is "healthy" within 5 seconds
    And Dana gets the captions of "City Council"
    And Dana can still caption the VOD "Parks Board"
    And no acknowledged change was lost

  @critical @id.REC-052
  Scenario: Files that do not open leave no request without a response
    Given the media storage is frozen
    And Dana has submitted the VOD "Parks Board"
    And Dana got "DependencyError" for the captions of "City Council" within 3 seconds
    When the media storage is restored
    Then Dana gets the captions of "City Council"
    And the VOD "Parks Board" is captioned once within 10 seconds
    And every background request was successful or rejected with 503 within 3 seconds
    And no acknowledged change was lost
