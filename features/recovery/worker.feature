@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: Recovery of the worker
  Work that was accepted is done: by whichever worker is there, as soon as one is there, and with its effect
  once, however often it had to be begun.

  Background:
    Given background traffic is running

  Rule: Jobs wait for a worker

    @blocker @id.REC-020
    Scenario Outline: With the worker <kind>, jobs wait until it is restored
      Given Dana has the VOD "City Council"
      And the worker is <kind>
      And Dana has submitted the VOD "City Council"
      And the VOD "City Council" has stayed pending
      When the worker is restored
      Then the VOD "City Council" is captioned once within 10 seconds
      And every background request was successful within 3 seconds
      And no acknowledged change was lost

      Examples: killed, or shut down
        | kind        |
        | unavailable |
        | stopped     |

    @critical @id.REC-020
    Scenario: Health reports a missing worker
      When the worker is suddenly unavailable
      Then the platform's health is "degraded" within 10 seconds
      And health lists only the queue as unhealthy
      And every background request was successful within 3 seconds

  Rule: Jobs of a killed worker have one effect

    @blocker @id.REC-021
    Scenario: The job of a killed worker is taken over with one effect
      Given a captioning of "City Council" that takes 1 seconds is running
      When the worker is suddenly killed
      Then the captioning of "City Council" is taken over within 3 seconds
      And the VOD "City Council" is captioned once within 10 seconds
      And every background request was successful within 3 seconds
      And no acknowledged change was lost

    @critical @id.REC-022
    Scenario: A worker killed between effect and acknowledgement does no harm
      Given a captioning of "City Council" that takes 1 seconds is running
      When the worker is killed after "City Council" is captioned and before it acknowledges the job
      Then the captioning of "City Council" is taken over within 5 seconds
      And the VOD "City Council" is captioned once within 10 seconds
      And no acknowledged change was lost

    @critical @id.REC-024
    Scenario: A job that kills its worker repeatedly fails, and others continue
      Given Dana has the VOD "Parks Board"
      And a captioning of "City Council" that takes 3 seconds is running
      When the worker is killed each time it runs the captioning of "City Council"
      Then the VOD "City Council" becomes failed because "the worker stopped too often while working on it"
      And Dana can still caption the VOD "Parks Board"
      And every background request was successful within 3 seconds
      And no acknowledged change was lost

  Rule: Stopped and frozen workers cause no second effect

    @critical @id.REC-023
    Scenario Outline: A stopped worker finishes a job of <seconds> seconds, or hands it back
      Given a captioning of "City Council" that takes <seconds> seconds is running
      And the worker is stopped
      And no worker runs the captioning of "City Council" 0.3 seconds later
      When the worker is restored
      Then the VOD "City Council" is captioned once within 10 seconds
      And no acknowledged change was lost

      Examples: shorter and longer than it has time to stop
        | seconds |
        | 0.3     |
        | 3       |

    @critical @id.REC-025
    Scenario: A worker that slept while its job was given away does no harm
      Given a captioning of "City Council" that takes 2 seconds is running
      And the worker is frozen
      And no worker runs the captioning of "City Council" 3 seconds later
      When the worker is restored
      Then the VOD "City Council" is captioned once within 10 seconds
      And the platform's health is "healthy" within 5 seconds
      And no acknowledged change was lost

    @critical @id.REC-027
    Scenario: A briefly frozen worker keeps its job
      Given a captioning of "City Council" that takes 2 seconds is running
      And the worker is frozen
      And the same worker still runs the captioning of "City Council" 1.2 seconds later
      When the worker is restored
      Then the VOD "City Council" is captioned once within 10 seconds
      And no acknowledged change was lost

    @id.REC-026
    Scenario: A slow worker does its work late, and once
      Given Dana has the VOD "City Council"
      And the worker is slow
      When Dana submits the VOD "City Council"
      Then the VOD "City Council" is captioned once within 20 seconds
      And no acknowledged change was lost
