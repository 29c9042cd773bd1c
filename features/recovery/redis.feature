@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.redis @needs.storage @needs.writes @lock.platform
Feature: Recovery of Redis
  Redis makes answers faster and decides none of them. Without it everything goes on, a little slower, and what
  it holds is never believed against the database.

  Background:
    Given Dana is signed in
    And Dana has the VOD "City Council"
    And background traffic is running

  Rule: The platform works without Redis

    @critical @id.REC-010
    Scenario Outline: With Redis <kind>, users read, write and sign in
      When Redis is suddenly <kind>
      Then the platform's health is "degraded" within 3 seconds
      And health lists only the cache as unhealthy
      And Vera can sign in and out again
      And Dana can still caption the VOD "City Council"
      And every background request was successful within 2 seconds
      And no acknowledged change was lost

      Examples: killed, or shut down
        | kind        |
        | unavailable |
        | stopped     |

    @critical @id.REC-012
    Scenario Outline: With Redis <kind>, responses take at most 2 seconds
      When Redis is suddenly <kind>
      Then Vera can sign in and out again
      And every background request was successful within 2 seconds

      Examples: not answering, or late each time
        | kind   |
        | frozen |
        | slow   |

    @id.REC-015
    Scenario: Connections to Redis that are cut are made again unnoticed
      When Redis is suddenly disconnected
      Then every background request was successful within 2 seconds
      And the VOD "City Council" is served from the cache again

  Rule: A restored Redis is used again without outdated entries

    @critical @id.REC-011
    Scenario Outline: When Redis is back after it was <kind>, it is used again
      Given Redis is <kind>
      When Redis is restored
      Then the platform's health is "healthy" within 5 seconds
      And the VOD "City Council" is served from the cache again
      And every background request was successful within 2 seconds

      Examples: after a crash, and after a freeze
        | kind        |
        | unavailable |
        | frozen      |

    @critical @id.REC-011
    Scenario Outline: While Redis is <kind>, live updates pause
      Given Vera has subscribed to "City Council"
      And Redis is <kind>
      When Dana changes the status of the VOD "City Council" to "processing"
      Then Vera receives no further live update for 0.5 seconds

      Examples: they travel through it
        | kind        |
        | unavailable |
        | frozen      |

    @critical @id.REC-011
    Scenario Outline: A subscriber receives changes made while Redis was <kind>
      Given Vera has subscribed to "City Council"
      And Redis is <kind>
      And Dana has changed the status of the VOD "City Council" to "processing"
      When Redis is restored
      Then Vera receives the states pending and processing of "City Council"

      Examples: after a crash, and after a freeze
        | kind        |
        | unavailable |
        | frozen      |

    @critical @id.REC-011
    Scenario: When Redis is back, live updates come as before
      Given Dana has a slow recording of "School Board"
      And she has registered it as a VOD
      And Vera has subscribed to "School Board"
      And Redis is unavailable
      When Redis is restored
      Then Dana can still caption the VOD "School Board"
      And Vera receives the states pending, processing and completed of "School Board"

    @critical @id.REC-013
    Scenario Outline: A change made while Redis was <kind> is never served outdated
      Given Dana has read the VOD "City Council" into the cache
      And Redis is <kind>
      And Dana has renamed the VOD "City Council" to "Budget Hearing"
      When Redis is restored
      Then the VOD "City Council" is always served as "Budget Hearing"
      And no acknowledged change was lost

      Examples: what it held before is still there
        | kind        |
        | unavailable |
        | frozen      |

    @critical @id.REC-013
    Scenario: A change without Redis survives a kill of the API
      Given Dana has read the VOD "City Council" into the cache
      And Redis is frozen
      And Dana has renamed the VOD "City Council" to "Budget Hearing"
      And the API is killed
      When Redis is restored
      Then background requests succeed again
      And the VOD "City Council" is always served as "Budget Hearing"

    @critical @id.REC-013
    Scenario: A sign-out without Redis survives a kill of the API
      Given Vera is signed in
      And Redis is frozen
      And Vera has signed out
      And the API is killed
      When Redis is restored
      Then background requests succeed again
      And Vera's session is ended

    @critical @id.REC-014
    Scenario: A flushed Redis signs no one out and loses nothing
      When Redis is suddenly flushed
      Then every background request was successful within 2 seconds
      And Dana's session is open
      And the VOD "City Council" is served from the cache again
      And no acknowledged change was lost
