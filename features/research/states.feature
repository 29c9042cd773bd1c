@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: States and data of a session
  A session's state says how far the work is, its data what came of it. A session that is completed stays as it is.

  Rule: A session moves through its states

    @smoke @critical @id.RES-020
    Scenario: A session goes from initialized over processing to completed
      Given Ravi has the research session "AAPL" in the state "processing"
      When Ravi moves the research session "AAPL" to "completed"
      Then the research session "AAPL" is stored with
        | field      | value               |
        | state      | completed           |
        | created_at | {as before}         |
        | updated_at | {later than before} |
      And the research session "AAPL" has the history
        | from        | to         | by   |
        | initialized | processing | Ravi |
        | processing  | completed  | Ravi |

    @id.RES-021
    Scenario Outline: A session may go from <from> straight to <to>
      Given Ravi has the research session "AAPL" in the state "<from>"
      When Ravi moves the research session "AAPL" to "<to>"
      Then the research session "AAPL" is stored with
        | field | value |
        | state | <to>  |

      Examples: every move that is allowed
        | from        | to         |
        | initialized | processing |
        | initialized | completed  |
        | initialized | failed     |
        | processing  | completed  |
        | processing  | failed     |
        | failed      | processing |

    @id.RES-023
    Scenario Outline: A session may not go from <from> to <to>
      Given Ravi has the research session "AAPL" in the state "<from>"
      When Ravi moves the research session "AAPL" to "<to>"
      Then the request is rejected as conflicting with the message "Invalid state transition"
      And nothing was changed

      Examples: every other pair
        | from        | to          |
        | initialized | initialized |
        | processing  | initialized |
        | processing  | processing  |
        | completed   | initialized |
        | completed   | processing  |
        | completed   | completed   |
        | completed   | failed      |
        | failed      | initialized |
        | failed      | completed   |
        | failed      | failed      |

    @smoke @id.RES-022
    Scenario: An unknown state is rejected and the session unchanged
      Given Ravi has the research session "AAPL"
      When Ravi moves the research session "AAPL" to "finished"
      Then the request is rejected as invalid in "state"
      And nothing was changed

    @id.RES-024
    Scenario: The history has states, user and order of each change
      Given Ravi has the research session "AAPL" in the state "failed"
      When Ravi runs the research session "AAPL" up to the stage fetched
      Then the research session "AAPL" has the history
        | from        | to         | by   |
        | initialized | failed     | Ravi |
        | failed      | processing | Ravi |

    @id.RES-025
    Scenario Outline: Of <callers> simultaneous transitions one succeeds
      Given Ravi has the research session "AAPL" in the state "processing"
      When <callers> concurrent callers move the research session "AAPL" to "completed"
      Then 1 of them succeeds and the others are rejected as conflicting
      And the research session "AAPL" has the history
        | from        | to         | by   |
        | initialized | processing | Ravi |
        | processing  | completed  | Ravi |

      Examples: two, and a crowd
        | callers |
        | 2       |
        | 12      |

  Rule: Results are stored with the session

    @id.RES-030
    Scenario Outline: <what> is stored and read back
      Given Ravi has the research session "AAPL"
      When Ravi changes the research session "AAPL" to
        | field   | value   |
        | <field> | <value> |
      Then the research session "AAPL" is stored with
        | field      | value               |
        | <field>    | <value>             |
        | created_at | {as before}         |
        | updated_at | {later than before} |

      Examples: what a result may be
        | what            | field              | value             |
        | a score         | data.results.score | 0.85              |
        | advice          | data.results.say   | buy               |
        | a list          | data.peers         | ["MSFT", "GOOGL"] |
        | an empty result | data               | {}                |
        | nothing         | data.results       | null              |

    @id.RES-031
    Scenario Outline: <how> keeps exactly what it should
      Given Ravi has the research session "AAPL" with
        | field       | value |
        | config.days | 30    |
      And Ravi's research session "AAPL" has been changed to
        | field      | value |
        | data.first | 1     |
        | data.old   | 2     |
      When Ravi changes the research session "AAPL" to
        | field    | value     |
        | data.old | 3         |
        | data.new | 4         |
        | replace  | <replace> |
      Then the research session "AAPL" is stored with
        | field       | value  |
        | config.days | 30     |
        | data        | <data> |
      And exactly these records changed
        | store             | record                | field      | from       | to         |
        | research_sessions | research session AAPL | data       | {anything} | {anything} |
        | research_sessions | research session AAPL | updated_at | {anything} | {anything} |

      Examples: merging keeps the other keys, replacing drops them
        | how       | replace | data                             |
        | Merging   | false   | {"first": 1, "old": 3, "new": 4} |
        | Replacing | true    | {"old": 3, "new": 4}             |

    @id.RES-032
    Scenario: State and data change in one request
      Given Ravi has the research session "AAPL" in the state "processing"
      And Ravi's research session "AAPL" has been changed to
        | field         | value |
        | data.progress | 0.5   |
      When Ravi moves the research session "AAPL" to "completed" with
        | field               | value |
        | data.score          | 0.85  |
        | data.recommendation | buy   |
      Then the research session "AAPL" is stored with
        | field | value                                                     |
        | state | completed                                                 |
        | data  | {"progress": 0.5, "score": 0.85, "recommendation": "buy"} |

    @id.RES-033
    Scenario Outline: A rejected transition to <to> discards its data
      Given Ravi has the research session "AAPL" in the state "<from>"
      When Ravi moves the research session "AAPL" to "<to>" with
        | field      | value |
        | data.score | 0.85  |
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: refused moves
        | from       | to          |
        | completed  | failed      |
        | completed  | processing  |
        | processing | initialized |
