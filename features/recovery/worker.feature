@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: The worker goes away and comes back
  Work that was accepted is done: by whichever worker is there, as soon as one is there, and with its effect
  once, however often it had to be begun.

  Background:
    Given people are at work

  Rule: Work waits for a worker

    @blocker @id.REC-020
    Scenario Outline: With the worker <kind>, work is accepted and waits until it is back
      Given the VOD "City Council" of Dana
      And the worker is <kind>
      And Dana has handed in the VOD "City Council"
      And the VOD "City Council" waited
      When the worker comes back
      Then the VOD "City Council" is captioned within 10 seconds, once
      And everybody was served within 3 seconds
      And nothing acknowledged was lost

      Examples: killed, or shut down
        | kind    |
        | gone    |
        | stopped |

    @critical @id.REC-020
    Scenario: Without a worker the platform says so
      When the worker is suddenly gone
      Then the platform says within 10 seconds that it is "degraded"
      And its health names the queue as the cause
      And everybody was served within 3 seconds

  Rule: A worker that dies leaves nothing half done

    @blocker @id.REC-021
    Scenario: The job of a killed worker is taken over, and has its effect once
      Given the captioning of "City Council", which takes 1 seconds, is under way
      When the worker is suddenly killed
      Then the captioning of "City Council" is taken over within 3 seconds
      And the VOD "City Council" is captioned within 10 seconds, once
      And everybody was served within 3 seconds
      And nothing acknowledged was lost

    @critical @id.REC-022
    Scenario: A worker killed between effect and acknowledgement does no harm
      Given the captioning of "City Council", which takes 1 seconds, is under way
      When the worker is killed once "City Council" is captioned, before it could say so
      Then the captioning of "City Council" is taken over within 5 seconds
      And the VOD "City Council" is captioned within 10 seconds, once
      And nothing acknowledged was lost

    @critical @id.REC-024
    Scenario: A job that kills its worker each time is given up, and the others go on
      Given the VOD "Parks Board" of Dana
      And the captioning of "City Council", which takes 3 seconds, is under way
      When the worker is killed each time it works on "City Council"
      Then the VOD "City Council" becomes failed because "the worker stopped too often while working on it"
      And Dana can still have the VOD "Parks Board" captioned
      And everybody was served within 3 seconds
      And nothing acknowledged was lost

  Rule: A worker that stops in order, or sleeps, does no harm

    @critical @id.REC-023
    Scenario Outline: A stopped worker finishes a job of <seconds> seconds, or hands it back
      Given the captioning of "City Council", which takes <seconds> seconds, is under way
      And the worker is stopped
      And nobody has the captioning of "City Council" in hand 0.3 seconds later
      When the worker comes back
      Then the VOD "City Council" is captioned within 10 seconds, once
      And nothing acknowledged was lost

      Examples: shorter and longer than it has time to stop
        | seconds |
        | 0.3     |
        | 3       |

    @critical @id.REC-025
    Scenario: A worker that slept while its job was given away does no harm
      Given the captioning of "City Council", which takes 2 seconds, is under way
      And the worker is frozen
      And nobody has the captioning of "City Council" in hand 3 seconds later
      When the worker comes back
      Then the VOD "City Council" is captioned within 10 seconds, once
      And the platform is healthy again within 5 seconds
      And nothing acknowledged was lost

    @critical @id.REC-027
    Scenario: A worker that was held up for a moment keeps its job
      Given the captioning of "City Council", which takes 2 seconds, is under way
      And the worker is frozen
      And the captioning of "City Council" is still in hand 1.2 seconds later
      When the worker comes back
      Then the VOD "City Council" is captioned within 10 seconds, once
      And nothing acknowledged was lost

    @id.REC-026
    Scenario: A slow worker does its work late, and once
      Given the VOD "City Council" of Dana
      And the worker is slow
      When Dana hands in the VOD "City Council"
      Then the VOD "City Council" is captioned within 20 seconds, once
      And nothing acknowledged was lost
