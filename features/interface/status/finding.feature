@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Finding statuses
  Statuses are found by the list, by filters with sorts and search, and by presets.

  Rule: The list is newest first

    @id.STA-042
    Scenario Outline: The list is filtered by <filter>
      Given Dana has these statuses
        | name | priority | tags     |
        | One  | high     | ["news"] |
        | Two  | low      | []       |
      And Dana's status "One" has been changed to
        | field      | value          |
        | new_status | starting       |
        | worker_id  | gpu-{the mark} |
      When Vera lists the statuses with
        | field       | value        |
        | external_id | {unique One} |
        | <filter>    | <value>      |
      Then these statuses are returned, 1 in total
        | name |
        | One  |

      Examples: together with another filter
        | filter    | value          |
        | status    | starting       |
        | priority  | high           |
        | worker_id | gpu-{the mark} |
        | tag       | news           |

    @id.STA-042
    Scenario Outline: The list of another <filter> is empty
      Given Dana has the status "Two" with
        | field    | value |
        | priority | low   |
      When Vera lists the statuses with
        | field       | value        |
        | external_id | {unique Two} |
        | <filter>    | <value>      |
      Then no statuses are returned, 0 in total

      Examples: together with another filter
        | filter    | value          |
        | status    | starting       |
        | priority  | high           |
        | worker_id | gpu-{the mark} |
        | tag       | news           |

    @id.STA-042
    Scenario: The list is newest first, and paged
      Given Dana has these statuses
        | name  | tags           |
        | One   | ["{the mark}"] |
        | Two   | ["{the mark}"] |
        | Three | ["{the mark}"] |
      When Vera lists the statuses with
        | field  | value      |
        | tag    | {the mark} |
        | limit  | 2          |
        | offset | 1          |
      Then these statuses are returned, 3 in total
        | name |
        | Two  |
        | One  |

    @id.STA-042
    Scenario: An unknown filter of the list is rejected
      When Vera lists the statuses with
        | field | value |
        | owner | Dana  |
      Then the request is rejected as invalid in "owner"

  Rule: Filters return exactly the matching statuses

    @critical @id.STA-043
    Scenario Outline: Every operator of <requests> returns exactly the matching statuses
      Then generated <requests> of Vera match exactly among 40 generated statuses

      Examples: each type of field
        | requests            |
        | text filters        |
        | number filters      |
        | time filters        |
        | enumeration filters |
        | id filters          |
        | tag filters         |

    @id.STA-044
    Scenario: Filters are combined with AND
      Then generated combined filters of Vera match exactly among 60 generated statuses

    @critical @id.STA-046
    Scenario: Results are sorted by several fields, nulls last
      Then generated sorts of Vera match exactly among 60 generated statuses

    @id.STA-045
    Scenario Outline: <case> is rejected at <place>
      When Vera sends POST /api/status/filter with
        """
        <body>
        """
      Then the request is rejected as invalid in "<place>"

      Examples: filters
        | case                        | place              | body                                                                                                                     |
        | An unknown field            | filters.0.field    | {"filters": [{"field": "metadata", "operator": "eq", "value": "a"}]}                                                     |
        | An unknown operator         | filters.0.operator | {"filters": [{"field": "status", "operator": "regex", "value": "a"}]}                                                    |
        | An operator of another type | filters.0.operator | {"filters": [{"field": "status", "operator": "like", "value": "queued"}]}                                                |
        | A missing value             | filters.0.value    | {"filters": [{"field": "status", "operator": "eq"}]}                                                                     |
        | A superfluous value         | filters.0.value    | {"filters": [{"field": "worker_id", "operator": "is_null", "value": "a"}]}                                               |
        | A missing second value      | filters.0.value2   | {"filters": [{"field": "version", "operator": "between", "value": 1}]}                                                   |
        | A superfluous second value  | filters.0.value2   | {"filters": [{"field": "version", "operator": "eq", "value": 1, "value2": 2}]}                                           |
        | A text for a number         | filters.0.value    | {"filters": [{"field": "version", "operator": "gt", "value": "1"}]}                                                      |
        | A time without an offset    | filters.0.value    | {"filters": [{"field": "created_at", "operator": "gt", "value": "2026-01-01T00:00:00"}]}                                 |
        | An unknown state            | filters.0.value    | {"filters": [{"field": "status", "operator": "eq", "value": "finished"}]}                                                |
        | An empty list               | filters.0.value    | {"filters": [{"field": "status", "operator": "in", "value": []}]}                                                        |
        | The second filter           | filters.1.value    | {"filters": [{"field": "version", "operator": "eq", "value": 1}, {"field": "version", "operator": "eq", "value": true}]} |

      Examples: sorts, search and pages
        | case               | place         | body                                                                                  |
        | A sort by tags     | sorts.0.field | {"sorts": [{"field": "tags", "order": "asc"}]}                                        |
        | An unknown order   | sorts.0.order | {"sorts": [{"field": "status", "order": "up"}]}                                       |
        | A sort given twice | sorts.1.field | {"sorts": [{"field": "status", "order": "asc"}, {"field": "status", "order": "asc"}]} |
        | An empty query     | search.query  | {"search": {"query": ""}}                                                             |
        | A limit of 0       | limit         | {"limit": 0}                                                                          |
        | A limit of 101     | limit         | {"limit": 101}                                                                        |

  Rule: Pages hold every status once

    @id.STA-047
    Scenario Outline: The page after <offset> of three statuses has <names>
      Given Dana has these statuses
        | name  | tags           | priority |
        | One   | ["{the mark}"] | low      |
        | Two   | ["{the mark}"] | urgent   |
        | Three | ["{the mark}"] | high     |
      When Vera sends POST /api/status/filter with
        """
        {"filters": [{"field": "tags", "operator": "contains", "value": "{the mark}"}],
         "sorts": [{"field": "priority", "order": "asc"}], "limit": 2, "offset": <offset>}
        """
      Then the response has
        | path                      | value                |
        | total                     | 3                    |
        | statuses                  | {a list of <length>} |
        | $.statuses[0].external_id | <first>              |
        | $.statuses[1].external_id | <second>             |

      Examples: every status once, and nothing beyond the end
        | offset | names         | length | first          | second         |
        | 0      | One and Three | 2      | {unique One}   | {unique Three} |
        | 1      | Three and Two | 2      | {unique Three} | {unique Two}   |
        | 2      | Two           | 1      | {unique Two}   | {absent}       |
        | 3      | none          | 0      | {absent}       | {absent}       |

  Rule: Search looks for literal text

    @id.STA-048
    Scenario Outline: A search for <query> with <options> finds the status <found> times
      Given Dana has the status "Import" with
        | field | value                                          |
        | tags  | ["{the mark}", "50% of_it", "it's \"quoted\""] |
      When Vera sends POST /api/status/filter with
        """
        {"filters": [{"field": "tags", "operator": "contains", "value": "{the mark}"}],
         "search": {"query": "<query>", <options>}}
        """
      Then the response has
        | path  | value   |
        | total | <found> |

      Examples: literal text
        | query  | options                 | found |
        | 50%    | "fields": ["tags"]      | 1     |
        | 5%     | "fields": ["tags"]      | 0     |
        | of_it  | "fields": ["tags"]      | 1     |
        | of.it  | "fields": ["tags"]      | 0     |
        | o__it  | "fields": ["tags"]      | 0     |
        | it's   | "fields": ["tags"]      | 1     |
        | import | "case_sensitive": false | 1     |
        | import | "case_sensitive": true  | 0     |
        | Import | "case_sensitive": true  | 1     |
        | Import | "fields": ["tags"]      | 0     |
        | Import | "exact_match": true     | 0     |
        | unique | "exact_match": false    | 0     |

  Rule: Presets return exactly their statuses

    @id.STA-049
    Scenario Outline: The preset <preset> has a status that is <state> and <priority>: <value>
      Given Dana has the status "Import" in the state "<state>" with
        | field    | value      |
        | priority | <priority> |
      And the row of "processing_status" with "status_id" "{status Import.id}" was stored with
        | column   | value  |
        | <column> | <time> |
      When Vera sends GET /api/status/presets/<preset>?limit=100
      Then the response has
        | path                                                    | value   |
        | $.statuses[?(@.status_id=="{status Import.id}")].status | <value> |

      Examples: members and others
        | preset          | state     | priority | column       | time                  | value     |
        | active          | starting  | normal   | priority     | normal                | starting  |
        | active          | queued    | normal   | priority     | normal                | {absent}  |
        | active          | completed | normal   | priority     | normal                | {absent}  |
        | failed          | failed    | normal   | completed_at | {a time 23 hours ago} | failed    |
        | failed          | failed    | normal   | completed_at | {a time 25 hours ago} | {absent}  |
        | failed          | cancelled | normal   | completed_at | {a time 1 hour ago}   | {absent}  |
        | completed_today | completed | normal   | priority     | normal                | completed |
        | completed_today | completed | normal   | completed_at | {a time 24 hours ago} | {absent}  |
        | high_priority   | queued    | high     | priority     | high                  | queued    |
        | high_priority   | queued    | urgent   | priority     | urgent                | queued    |
        | high_priority   | queued    | normal   | priority     | normal                | {absent}  |
        | high_priority   | completed | urgent   | priority     | urgent                | {absent}  |

    @id.STA-049
    Scenario: An unknown preset is rejected
      When Vera sends GET /api/status/presets/slow
      Then the request is rejected as invalid in "name"

  Rule: Bulk cancel cancels what has not ended

    @critical @id.STA-051
    Scenario: Bulk cancel cancels each match that has not ended
      Given Dana has the status "Other"
      And Dana has the status "Queued" with
        | field | value          |
        | tags  | ["{the mark}"] |
      And Dana has the status "Running" in the state "starting" with
        | field | value          |
        | tags  | ["{the mark}"] |
      And Dana has the status "Done" in the state "completed" with
        | field | value          |
        | tags  | ["{the mark}"] |
      When Dana sends POST /api/status/bulk/cancel with
        """
        {"filters": [{"field": "tags", "operator": "contains", "value": "{the mark}"}], "change_reason": "replaced"}
        """
      Then the response is exactly
        """
        {"cancelled": 2}
        """
      And the status "Running" has the history
        | change_type         | new_status | change_reason |
        | status_update       | queued     | null          |
        | status_update       | starting   | null          |
        | manual_intervention | cancelled  | replaced      |
      And the status "Queued" is stored with
        | field  | value     |
        | status | cancelled |
      And the status "Done" is stored with
        | field   | value       |
        | status  | completed   |
        | version | {as before} |
      And the status "Other" is stored with
        | field  | value  |
        | status | queued |

    @id.STA-051
    Scenario: Bulk cancel of 51 statuses cancels none
      Given Dana has sent POST /api/status/batch with
        """
        {"statuses": [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}
        """
      When Dana sends POST /api/status/bulk/cancel with
        """
        {"filters": [{"field": "batch_id", "operator": "eq", "value": "{response.batch_id}"}], "change_reason": "replaced"}
        """
      Then the request is rejected as conflicting
      And nothing was changed
