@allure.label.epic:Errors_and_recovery @needs.faults @needs.partners @needs.database @needs.storage @needs.writes @lock.platform
Feature: Cablecast goes away and comes back
  A partner in trouble is the trouble of what depends on it, and of nothing else. It is waited for, and not
  called again and again while it is down.

  Background:
    # A success is the last that the platform knows of Cablecast: it holds no failure of before against it.
    Given the published VOD "Parks Board" of Dana
    And the captioned VOD "City Council" of Dana
    And Cablecast has the show "City Council" of today
    And people are at work

  Rule: A publication ends with a reason, and everything else goes on

    @critical @id.REC-040
    Scenario Outline: With Cablecast <kind>, a publication ends as <end>
      Given Cablecast is <kind>
      When Dana publishes the VOD "City Council"
      Then the publication of "City Council" ended as "<end>"
      And everybody was served within 2 seconds
      And nothing acknowledged was lost

      Examples: ways in which a partner fails
        | kind         | end                                              |
        | gone         | failed (Cablecast cannot be reached)             |
        | slow         | failed (Cablecast did not answer in time)        |
        | failing      | failed (Cablecast answered with an error (500))  |
        | rejecting us | failed (Cablecast refused our credentials)       |
        | busy         | completed                                        |
        | garbled      | failed (Cablecast answered something unreadable) |
        | breaking off | failed (Cablecast broke off its answer)          |

    @id.REC-043
    Scenario: A busy Cablecast is called again only after the wait that it asks for
      Given Cablecast is busy
      When Dana publishes the VOD "City Council"
      Then the publication of "City Council" ended as "completed"
      And Cablecast was left alone for the 1 seconds that it asked for

  Rule: A partner that keeps failing is left alone, and what waited is done when it is back

    @critical @id.REC-041
    Scenario: When Cablecast is back, what waited for it is done
      Given Cablecast is failing
      And the platform gave Cablecast up for now
      And Dana has published the VOD "City Council"
      When Cablecast comes back
      Then the publication of "City Council" is done within 10 seconds
      And the platform is healthy again within 5 seconds
      And Cablecast has one VOD of "City Council", with the captions as they were written
      And nothing acknowledged was lost

    @id.REC-042
    Scenario: After repeated failures the platform leaves Cablecast alone, and says so
      Given Cablecast is failing
      When Dana publishes more and more VODs
      Then the platform says within 1 seconds that it is "degraded"
      And its health names the cablecast as the cause
      And Cablecast is left alone for 1 seconds
      And everybody was served within 2 seconds
