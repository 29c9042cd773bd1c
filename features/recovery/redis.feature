@allure.label.epic:Errors_and_recovery @needs.faults @needs.database @needs.redis @needs.storage @needs.writes @lock.platform
Feature: Redis goes away and comes back
  Redis makes answers faster and decides none of them. Without it everything goes on, a little slower, and what
  it holds is never believed against the database.

  Background:
    Given Dana is signed in
    And the VOD "City Council" of Dana
    And people are at work

  Rule: Without Redis everything goes on

    @critical @id.REC-010
    Scenario Outline: With Redis <kind>, everybody reads, writes and signs in
      When Redis is suddenly <kind>
      Then the platform says within 3 seconds that it is "degraded"
      And its health names the cache as the cause
      And Vera can sign in and out again
      And Dana can still have the VOD "City Council" captioned
      And everybody was served within 2 seconds
      And nothing acknowledged was lost

      Examples: killed, or shut down
        | kind    |
        | gone    |
        | stopped |

    @critical @id.REC-012
    Scenario Outline: With Redis <kind>, answers stay quick
      When Redis is suddenly <kind>
      Then Vera can sign in and out again
      And everybody was served within 2 seconds

      Examples: not answering, or late each time
        | kind   |
        | frozen |
        | slow   |

    @id.REC-015
    Scenario: Connections to Redis that are cut are made again unnoticed
      When Redis is suddenly disconnected
      Then everybody was served within 2 seconds
      And the VOD "City Council" is served from the cache again

  Rule: When it is back, it is used again, and holds nothing old

    @critical @id.REC-011
    Scenario Outline: When Redis is back after it was <kind>, it is used again
      Given Redis is <kind>
      When Redis comes back
      Then the platform is healthy again within 5 seconds
      And the VOD "City Council" is served from the cache again
      And everybody was served within 2 seconds

      Examples: after a crash, and after a freeze
        | kind   |
        | gone   |
        | frozen |

    @critical @id.REC-011
    Scenario Outline: While Redis is <kind>, live updates pause
      Given Vera follows "City Council" live
      And Redis is <kind>
      When Dana changes the status of the VOD "City Council" to "processing"
      Then Vera sees nothing more for 0.5 seconds

      Examples: they travel through it
        | kind   |
        | gone   |
        | frozen |

    @critical @id.REC-011
    Scenario Outline: Who follows live is told afterwards what came while Redis was <kind>
      Given Vera follows "City Council" live
      And Redis is <kind>
      And Dana has changed the status of the VOD "City Council" to "processing"
      When Redis comes back
      Then Vera sees "City Council" live as pending and processing

      Examples: after a crash, and after a freeze
        | kind   |
        | gone   |
        | frozen |

    @critical @id.REC-011
    Scenario: When Redis is back, live updates come as before
      Given Dana has a slow recording of "School Board"
      And she has registered it as a VOD
      And Vera follows "School Board" live
      And Redis is gone
      When Redis comes back
      Then Dana can still have the VOD "School Board" captioned
      And Vera sees "School Board" live as pending, processing and completed

    @critical @id.REC-013
    Scenario Outline: What changed while Redis was <kind> is never served as it was
      Given Dana looked at the VOD "City Council"
      And Redis is <kind>
      And Dana has renamed the VOD "City Council" to "Budget Hearing"
      When Redis comes back
      Then the VOD "City Council" is served as "Budget Hearing", and never as it was
      And nothing acknowledged was lost

      Examples: what it held before is still there
        | kind   |
        | gone   |
        | frozen |

    @critical @id.REC-013
    Scenario: What the API changed without Redis is not forgotten when the API is killed
      Given Dana looked at the VOD "City Council"
      And Redis is frozen
      And Dana has renamed the VOD "City Council" to "Budget Hearing"
      And the API is killed
      When Redis comes back
      Then everybody is served again
      And the VOD "City Council" is served as "Budget Hearing", and never as it was

    @critical @id.REC-013
    Scenario: Who signed out without Redis stays signed out when the API is killed
      Given Vera is signed in
      And Redis is frozen
      And Vera signed out
      And the API is killed
      When Redis comes back
      Then everybody is served again
      And Vera's session is over

    @critical @id.REC-014
    Scenario: With Redis emptied, nobody is signed out and nothing is lost
      When Redis is suddenly emptied
      Then everybody was served within 2 seconds
      And Dana's session is still good
      And the VOD "City Council" is served from the cache again
      And nothing acknowledged was lost
