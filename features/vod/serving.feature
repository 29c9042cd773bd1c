@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Serving VODs to many
  Many read what few change. VODs are therefore served from Redis, which makes answers faster and never decides
  them; and whoever works at the same time as others gets an answer that is whole.

  Rule: The cache makes answers faster

    @id.VOD-018
    Scenario Outline: The second look at a VOD is served from Redis, its <field> too
      Given the VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      And Redis holds <planted> as the <field> of the VOD "City Council"
      When Vera reads the VOD "City Council"
      Then she sees the <field> <planted>

      Examples: what the database does not hold
        | field    | planted            |
        | title    | "Only Redis knows" |
        | duration | 12345              |
        | progress | 77                 |

  Rule: The cache never hides a change

    @critical @id.VOD-018
    Scenario Outline: After a change of the <field> nobody is served what Redis held before
      Given the VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      And Redis holds "Out of date" as the title of the VOD "City Council"
      When Dana changes the <field> of the VOD "City Council" to <value>
      Then Vera is served the VOD "City Council" as the database has it

      Examples: one field at a time
        | field     | value          |
        | title     | "School Board" |
        | duration  | 90             |
        | file size | 1024           |
        | status    | "processing"   |

    @id.VOD-018
    Scenario: After it was deleted nobody is served what Redis held before
      Given the VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      And Dana has deleted the VOD "City Council"
      When Vera reads the VOD "City Council"
      Then she is told that it does not exist

    @id.VOD-018
    Scenario: After it was captioned nobody is served what Redis held before
      Given the VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      And Dana has handed in the VOD "City Council"
      And the VOD "City Council" has become completed
      When Vera reads the VOD "City Council"
      Then she sees the status "completed"
      And Vera is served the VOD "City Council" as the database has it

    @id.VOD-017
    Scenario: A VOD that was written straight to the database is served
      Given the VOD "City Council" was written straight to the database
      When Vera reads the VOD "City Council"
      Then she sees what was registered for "City Council"
      And Vera is served the VOD "City Council" as the database has it

    @lock.platform @id.VOD-017
    Scenario: A VOD that was written straight to the database is listed
      Given the VOD "City Council" was written straight to the database
      When Vera lists 1 VODs after the first 0, of the status "pending"
      Then she sees "City Council" in this order, and the right total

    @id.VOD-017
    Scenario Outline: A change of the <field> of a VOD that came from elsewhere is served
      Given the VOD "City Council" was written straight to the database
      And Vera has read the VOD "City Council"
      When Dana changes the <field> of the VOD "City Council" to <value>
      Then the VOD "City Council" has the <field> <value>
      And Vera is served the VOD "City Council" as the database has it

      Examples: one field at a time
        | field    | value          |
        | title    | "School Board" |
        | duration | 90             |
        | status   | "processing"   |

  Rule: Many at once are served as if they came one after the other

    @critical @id.VOD-019
    Scenario: Twenty VODs are registered by ten at once
      Given the unknown VOD "City Council" of Dana
      When Dana sends 20 registrations of the VOD "City Council", 10 at once
      Then 20 answers are 201, with different "id"

    @id.VOD-020 @lock.platform
    Scenario: Thirty looks at the list by fifteen at once all show the same
      Given these VODs of Dana, oldest first
        | title  | stage   |
        | First  | pending |
        | Second | failed  |
        | Third  | pending |
      When Vera sends 30 list readings of the VOD "First", 15 at once
      Then 30 answers are 200, with the same ""

    @id.VOD-021
    Scenario: Many changes of one VOD at once leave one of them, whole
      Given the VOD "City Council" of Dana
      When Dana sends 40 changes of the VOD "City Council", 20 at once
      Then 40 answers are 200, with different "title"
      And the VOD "City Council" holds one of the changes that were sent, whole
      And Vera is served the VOD "City Council" as the database has it

    @id.VOD-020
    Scenario: Many looks at one VOD at once all show the same
      Given the VOD "City Council" of Dana
      When Vera sends 30 readings of the VOD "City Council", 15 at once
      Then 30 answers are 200, with the same ""
