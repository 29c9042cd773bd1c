@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Caching and concurrent requests
  Many users read what few change. VODs are therefore served from Redis, which makes responses faster and never
  decides them; concurrent users get complete responses.

  Rule: A second read is served from the cache

    @id.VOD-018
    Scenario Outline: The second read returns the cached <field>
      Given Dana has the VOD "City Council"
      And Vera has read the VOD "City Council"
      And Redis has <planted> as the <field> of the VOD "City Council"
      When Vera reads the VOD "City Council"
      Then the response has
        | path    | value     |
        | <field> | <planted> |

      Examples: values that only Redis has
        | field    | planted            |
        | title    | "Only Redis knows" |
        | duration | 12345              |
        | progress | 77                 |

  Rule: The cache never returns outdated data

    @critical @id.VOD-018
    Scenario Outline: A change of the <field> invalidates the cache
      Given Dana has the VOD "City Council"
      And Vera has read the VOD "City Council"
      And Redis has "Out of date" as the title of the VOD "City Council"
      When Dana changes the <field> of the VOD "City Council" to <value>
      Then Vera reads the VOD "City Council" as stored in the database

      Examples: one field at a time
        | field     | value          |
        | title     | "School Board" |
        | duration  | 90             |
        | file size | 1024           |
        | status    | "processing"   |

    @id.VOD-018
    Scenario: A deletion invalidates the cache
      Given Dana has the VOD "City Council"
      And Vera has read the VOD "City Council"
      And Dana has deleted the VOD "City Council"
      When Vera reads the VOD "City Council"
      Then the request is rejected as not found

    @id.VOD-018
    Scenario: A captioning invalidates the cache
      Given Dana has the VOD "City Council"
      And Vera has read the VOD "City Council"
      And Dana has submitted the VOD "City Council"
      And the VOD "City Council" has become completed
      When Vera reads the VOD "City Council"
      Then the response has
        | path   | value       |
        | status | "completed" |
      And Vera reads the VOD "City Council" as stored in the database

    @id.VOD-017
    Scenario: A VOD inserted directly into the database is returned
      Given the VOD "City Council" was inserted directly into the database
      When Vera reads the VOD "City Council"
      Then the response has the registered values of "City Council"
      And Vera reads the VOD "City Council" as stored in the database

    @lock.platform @id.VOD-017
    Scenario: A VOD that was written straight to the database is listed
      Given the VOD "City Council" was inserted directly into the database
      When Vera lists the VODs with limit 1, offset 0 and status "pending"
      Then the VODs "City Council" are returned in this order with the right total

    @id.VOD-017
    Scenario Outline: A change of the <field> of an inserted VOD is returned
      Given the VOD "City Council" was inserted directly into the database
      And Vera has read the VOD "City Council"
      When Dana changes the <field> of the VOD "City Council" to <value>
      Then the VOD "City Council" has the <field> <value>
      And Vera reads the VOD "City Council" as stored in the database

      Examples: one field at a time
        | field    | value          |
        | title    | "School Board" |
        | duration | 90             |
        | status   | "processing"   |

  Rule: Concurrent requests behave as sequential ones

    @critical @id.VOD-019
    Scenario: Twenty VODs are registered by ten concurrent clients
      Given Dana has the unregistered VOD "City Council"
      When Dana sends 20 registrations of the VOD "City Council" from 10 concurrent clients
      Then 20 responses have the status 201 and different "id"

    @id.VOD-020 @lock.platform
    Scenario: Thirty list requests by fifteen concurrent clients return the same
      Given Dana has these VODs, oldest first
        | title  | stage   |
        | First  | pending |
        | Second | failed  |
        | Third  | pending |
      When Vera sends 30 list requests of the VOD "First" from 15 concurrent clients
      Then 30 responses have the status 200 and the same ""

    @id.VOD-021
    Scenario: Concurrent changes of one VOD leave one of them, complete
      Given Dana has the VOD "City Council"
      When Dana sends 40 changes of the VOD "City Council" from 20 concurrent clients
      Then 40 responses have the status 200 and different "title"
      And the VOD "City Council" has exactly one of the sent changes
      And Vera reads the VOD "City Council" as stored in the database

    @id.VOD-020
    Scenario: Concurrent reads of one VOD return the same
      Given Dana has the VOD "City Council"
      When Vera sends 30 reads of the VOD "City Council" from 15 concurrent clients
      Then 30 responses have the status 200 and the same ""
