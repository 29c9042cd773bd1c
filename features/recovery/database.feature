@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: Recovery of the database
  Servers crash. Users get a clear error at once, and continue as soon as the server is back, without a restart
  of the platform.

  Background:
    Given Dana has the VOD "City Council"

  Rule: An unavailable database is reported

    Background:
      Given background traffic is running

    @smoke @blocker @id.REC-001
    Scenario Outline: While the database is <kind>, health and requests report it
      When the database is suddenly <kind>
      Then the platform's health is "unhealthy" within 3 seconds
      And health lists only the database as unhealthy
      And Dana gets "DatabaseError" for the VOD list within 3 seconds
      And every background request was successful or rejected with 503 within 3 seconds

      Examples: killed and stopped
        | kind        |
        | unavailable |
        | stopped     |

    @critical @id.REC-005
    Scenario: A frozen database leaves no request without a response
      When the database is suddenly frozen
      Then the platform's health is "unhealthy" within 3 seconds
      And health lists only the database as unhealthy
      And Dana gets "DatabaseError" for the VOD list within 3 seconds
      And every background request was successful or rejected with 503 within 3 seconds

    @id.REC-008
    Scenario: A slow database makes responses late but correct
      When the database is suddenly slow
      Then every background request was successful or rejected with 503 within 3 seconds
      And no acknowledged change was lost

  Rule: The platform continues when the database is restored

    Background:
      Given background traffic is running

    @smoke @blocker @id.REC-002
    Scenario Outline: Requests succeed after the database was <kind>
      Given the database is <kind>
      When the database is restored
      Then the first request of Dana succeeds
      And the platform's health is "healthy" within 5 seconds
      And the API was not restarted
      And background requests succeed again
      And Dana can still caption the VOD "City Council"

      Examples: after a crash and after a freeze
        | kind        |
        | unavailable |
        | frozen      |

    @critical @id.REC-002
    Scenario: When the database is back, live updates come as before
      Given Vera has subscribed to "City Council"
      And the database is unavailable
      When the database is restored
      Then the platform's health is "healthy" within 5 seconds
      And Dana can still caption the VOD "City Council"
      And Vera receives the states pending, processing and completed of "City Council"

    @critical @id.REC-002
    Scenario: Requests succeed after an outage that ends during the scenario
      Given the database is unavailable for 5 seconds
      Then Dana gets "DatabaseError" for the VOD list within 3 seconds
      And the platform's health is "healthy" within 10 seconds
      And background requests succeed again
      And no acknowledged change was lost

    @blocker @id.REC-003
    Scenario: Everything acknowledged before the crash is there
      Given the database is unavailable
      When the database is restored
      Then the platform's health is "healthy" within 5 seconds
      And background requests succeed again
      And no acknowledged change was lost

    @critical @id.REC-004
    Scenario: A request in progress at the crash is executed completely or not at all
      Given the database is unavailable
      When the database is restored
      Then background requests succeed again
      And every request was executed completely or not at all

    @critical @id.REC-006
    Scenario: Connections that are cut are made again unnoticed
      Given the number of database connections is known
      When the database is suddenly disconnected
      Then background requests succeed again
      And at most one request per database connection failed
      And the platform's health is "healthy" within 5 seconds
      And no acknowledged change was lost

    @critical @id.REC-007
    Scenario: A job that waited at the crash runs after it
      Given the worker is stopped
      And Dana has submitted the VOD "City Council"
      And the database is unavailable
      And the database has been restored
      When the worker is restored
      Then the VOD "City Council" is captioned once within 10 seconds
      And no acknowledged change was lost

    @critical @id.REC-007
    Scenario: A captioning that ran when the database froze completes later
      Given a captioning of "City Council" that takes 1 seconds is running
      And the database is frozen
      And Dana got "DatabaseError" for the captions of "City Council" within 3 seconds
      And Dana got "DatabaseError" for the captions of "City Council" within 3 seconds
      When the database is restored
      Then the VOD "City Council" is captioned once within 10 seconds
      And no acknowledged change was lost

  Rule: An outage without requests has no effect

    @critical @id.REC-009
    Scenario Outline: The first request succeeds after an unnoticed outage (<kind>)
      Given the database is <kind>
      When the database is restored
      Then the first request of Dana succeeds
      And the platform's health is "healthy" within 5 seconds

      Examples: restarted, connections cut
        | kind         |
        | unavailable  |
        | disconnected |
