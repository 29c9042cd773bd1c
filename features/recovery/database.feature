@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.storage @needs.writes @lock.platform
Feature: The database goes away and comes back
  Servers crash. Users are told so at once, in plain words, and go on working as soon as the server is back,
  without anybody starting the platform again.

  Background:
    Given the VOD "City Council" of Dana

  Rule: While the database is away, everybody is told so

    Background:
      Given people are at work

    @smoke @blocker @id.REC-001
    Scenario Outline: While the database is <kind> the platform says so
      When the database is suddenly <kind>
      Then the platform says within 3 seconds that it is "unhealthy"
      And its health names the database as the cause
      And Dana is refused the list of VODs as "DatabaseError" within 3 seconds
      And everybody was served or refused in order within 3 seconds

      Examples: killed, or shut down
        | kind    |
        | gone    |
        | stopped |

    @critical @id.REC-005
    Scenario: A database that no longer answers leaves nobody hanging
      When the database is suddenly frozen
      Then the platform says within 3 seconds that it is "unhealthy"
      And its health names the database as the cause
      And Dana is refused the list of VODs as "DatabaseError" within 3 seconds
      And everybody was served or refused in order within 3 seconds

    @id.REC-008
    Scenario: A slow database makes answers late, not wrong
      When the database is suddenly slow
      Then everybody was served or refused in order within 3 seconds
      And nothing acknowledged was lost

  Rule: When it is back, work goes on where it stopped

    Background:
      Given people are at work

    @smoke @blocker @id.REC-002
    Scenario Outline: When the database is back after it was <kind>, work goes on
      Given the database is <kind>
      When the database comes back
      Then the first request of Dana is served
      And the platform is healthy again within 5 seconds
      And the API was not started again for it
      And everybody is served again
      And Dana can still have the VOD "City Council" captioned

      Examples: after a crash, and after a freeze
        | kind   |
        | gone   |
        | frozen |

    @critical @id.REC-002
    Scenario: When the database is back, live updates come as before
      Given Vera follows "City Council" live
      And the database is gone
      When the database comes back
      Then the platform is healthy again within 5 seconds
      And Dana can still have the VOD "City Council" captioned
      And Vera sees "City Council" live as pending, processing and completed

    @blocker @id.REC-003
    Scenario: Everything acknowledged before the crash is there
      Given the database is gone
      When the database comes back
      Then the platform is healthy again within 5 seconds
      And everybody is served again
      And nothing acknowledged was lost

    @critical @id.REC-004
    Scenario: A request under way at the crash is carried out whole or not at all
      Given the database is gone
      When the database comes back
      Then everybody is served again
      And every request was carried out whole or not at all

    @critical @id.REC-006
    Scenario: Connections that are cut are made again unnoticed
      Given the platform has its usual connections to the database
      When the database is suddenly disconnected
      Then everybody is served again
      And no more requests failed than there were connections
      And the platform is healthy again within 5 seconds
      And nothing acknowledged was lost

    @critical @id.REC-007
    Scenario: What waited for the worker at the crash is done after it
      Given the worker is stopped
      And Dana has handed in the VOD "City Council"
      And the database is gone
      And the database came back
      When the worker comes back
      Then the VOD "City Council" is captioned within 10 seconds, once
      And nothing acknowledged was lost

    @critical @id.REC-007
    Scenario: What was being captioned when the database froze is captioned later
      Given the captioning of "City Council", which takes 1 seconds, is under way
      And the database is frozen
      And Dana was refused the captions of "City Council" as "DatabaseError" within 3 seconds
      And Dana was refused the captions of "City Council" as "DatabaseError" within 3 seconds
      When the database comes back
      Then the VOD "City Council" is captioned within 10 seconds, once
      And nothing acknowledged was lost

  Rule: An outage that nobody noticed has no consequences

    @critical @id.REC-009
    Scenario Outline: After a quiet time with the database <kind>, the first request is served
      Given the database is <kind>
      When the database comes back
      Then the first request of Dana is served
      And the platform is healthy again within 5 seconds

      Examples: started again, or with its connections cut
        | kind         |
        | gone         |
        | disconnected |
