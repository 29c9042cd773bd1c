@allure.label.epic:Errors_and_recovery @needs.faults @needs.partners @needs.database @needs.storage @needs.writes @lock.platform
Feature: Recovery from Cablecast failures
  A failing partner affects what depends on it, and nothing else. The platform retries, and stops calling a
  partner that stays down.

  Background:
    # A successful call resets the platform's count of Cablecast failures.
    Given Dana has the published VOD "Parks Board"
    And Dana has the captioned VOD "City Council"
    And Cablecast has the show "City Council" dated today
    And background traffic is running

  Rule: A publication ends with a reason, and other requests continue

    @critical @id.REC-040
    Scenario Outline: With Cablecast <kind>, a publication ends as <end>
      Given Cablecast is <kind>
      When Dana publishes the VOD "City Council"
      Then the publication of "City Council" ended as "<end>"
      And every background request was successful within 2 seconds
      And no acknowledged change was lost

      Examples: failure modes of a partner
        | kind                          | end                                             |
        | unavailable                   | failed (Cablecast cannot be reached)            |
        | slow                          | failed (Cablecast did not respond in time)      |
        | returning 500                 | failed (Cablecast returned an error (500))      |
        | returning 401                 | failed (Cablecast rejected the credentials)     |
        | returning 429                 | completed                                       |
        | returning malformed responses | failed (Cablecast returned an invalid response) |
        | closing connections early     | failed (Cablecast closed the connection early)  |

    @id.REC-043
    Scenario: Cablecast is not called before its Retry-After has passed
      Given Cablecast is returning 429
      When Dana publishes the VOD "City Council"
      Then the publication of "City Council" ended as "completed"
      And Cablecast received no request for the 1 seconds of its Retry-After

  Rule: Calls to a failing partner pause, and waiting publications complete afterwards

    @critical @id.REC-041
    Scenario: When Cablecast is back, what waited for it is done
      Given Cablecast is returning 500
      And the platform has paused calls to Cablecast
      And Dana has published the VOD "City Council"
      When Cablecast is restored
      Then the publication of "City Council" is completed within 10 seconds
      And the platform's health is "healthy" within 5 seconds
      And Cablecast has one VOD of "City Council" with the stored captions
      And no acknowledged change was lost

    @id.REC-042
    Scenario: Repeated failures pause calls to Cablecast and degrade health
      Given Cablecast is returning 500
      When Dana publishes VODs until calls to Cablecast are paused
      Then the platform's health is "degraded" within 1 seconds
      And health lists only the cablecast as unhealthy
      And Cablecast receives no request for 1 seconds
      And every background request was successful within 2 seconds
