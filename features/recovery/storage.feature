@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: The media storage goes away and comes back
  Files live elsewhere, on a storage that can be away. What needs no file goes on; what needs one says why it cannot.

  Background:
    Given the captioned VOD "City Council" of Dana
    And the VOD "Parks Board" of Dana
    And people are at work

  @critical @id.REC-050
  Scenario: Without the storage, what needs a file is refused or fails with a reason
    When the media storage is suddenly gone
    Then the platform says within 3 seconds that it is "degraded"
    And its health names the storage as the cause
    And Dana is refused the captions of "City Council" as "DependencyError" within 3 seconds
    And captioning "Parks Board" fails because "the media storage is not available"
    And everybody was served or refused in order within 3 seconds
    And nothing acknowledged was lost

  @critical @id.REC-051
  Scenario: When the media storage is back, files are served and a retry works
    Given the media storage is gone
    And Dana was refused the captions of "City Council" as "DependencyError" within 3 seconds
    And captioning "Parks Board" failed because "the media storage is not available"
    When the media storage comes back
    Then the platform is healthy again within 5 seconds
    And Dana gets the captions of "City Council"
    And Dana can still have the VOD "Parks Board" captioned
    And nothing acknowledged was lost

  @critical @id.REC-052
  Scenario: Files that do not open for a while leave nobody hanging
    Given the media storage is frozen
    And Dana has handed in the VOD "Parks Board"
    And Dana was refused the captions of "City Council" as "DependencyError" within 3 seconds
    When the media storage comes back
    Then Dana gets the captions of "City Council"
    And the VOD "Parks Board" is captioned within 10 seconds, once
    And everybody was served or refused in order within 3 seconds
    And nothing acknowledged was lost
