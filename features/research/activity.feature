@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Activity events
  Activities of a researcher are recorded, and only this researcher can read them.

  Background:
    Given Nora has a new account

  @id.RES-060
  Scenario Outline: An event is recorded with <what> as its data
    When Nora creates the event "page_view" with
      | field   | value   |
      | <field> | <value> |
    Then the event "page_view" is stored with
      | field      | value    |
      | <field>    | <value>  |
      | created_at | {a time} |

    Examples: valid events
      | what          | field     | value              |
      | a page        | data.page | /dashboard         |
      | nested values | data.deep | {"clicks": [1, 2]} |
      | nothing       | data      | {}                 |

  @id.RES-060
  Scenario Outline: An event with <what> is rejected
    When Nora creates the event "page_view" with
      | field   | value   |
      | <field> | <value> |
    Then the request is rejected as invalid in "<field>"
    And nothing was changed

    Examples: invalid events
      | what           | field | value    |
      | no type        | type  | {absent} |
      | a list as data | data  | [1]      |

  @id.RES-061
  Scenario Outline: Of five events, <shown> is listed with the <field> <value>
    Given Nora has these events
      | name      | data.number |
      | page_view | 1           |
      | search    | 2           |
      | page_view | 3           |
      | search    | 4           |
      | export    | 5           |
    When Nora lists the events with
      | field   | value   |
      | <field> | <value> |
      | limit   | 1       |
    Then these events are returned, <count> in total
      | name    | data.number |
      | <shown> | <number>    |

    Examples: all, one page, by type
      | field  | value     | count | shown     | number |
      | offset | 0         | 5     | export    | 5      |
      | offset | 4         | 5     | page_view | 1      |
      | type   | page_view | 2     | page_view | 3      |
      | type   | search    | 2     | search    | 4      |

  @id.RES-061
  Scenario: Events are listed newest first
    Given Nora has these events
      | name      |
      | page_view |
      | search    |
      | export    |
    When Nora lists the events
    Then these events are returned, 3 in total
      | name      |
      | export    |
      | search    |
      | page_view |

  @id.RES-063
  Scenario: Another user's events are not listed
    Given Nora has these events
      | name      |
      | page_view |
    When Ravi lists the events with
      | field | value     |
      | type  | page_view |
    Then no events are returned, 0 in total

  @id.RES-063
  Scenario: Another user's event is not found
    Given Nora has the event "page_view"
    When Ravi reads the event "page_view"
    Then the request is rejected as not found

  @id.RES-062
  Scenario: A new research session records its event
    When Nora creates the research session "AAPL"
    Then there is one event "research_started" for the research session "AAPL"
