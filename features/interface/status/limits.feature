@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: Roles, limits and clean-up of statuses
  Every role reads statuses, editors report them, administrators clean up.

  Rule: Each role may do what is documented

    @id.STA-062
    Scenario Outline: <who> may not <method> <path>
      Given Dana has the status "Import"
      When <who> sends <method> /api/status<path>
      Then the request is rejected as <rejection>
      And nothing was changed

      Examples: roles below, and no role
        | who                       | method | path                      | rejection       |
        | Vera                      | DELETE | /{status Import.id}       | forbidden       |
        | Ravi                      | DELETE | /{status Import.id}       | forbidden       |
        | Vera                      | POST   | /{status Import.id}/retry | forbidden       |
        | an unauthenticated client | DELETE | /{status Import.id}       | unauthenticated |
        | an unauthenticated client | GET    | /{status Import.id}       | unauthenticated |
        | an unauthenticated client | GET    | /events                   | unauthenticated |

    @id.STA-062
    Scenario Outline: Only an administrator cleans up: <who> is rejected
      Given Dana has the status "Import" in the state "completed"
      When <who> sends POST /api/status/cleanup with
        | field           | value |
        | older_than_days | 0     |
      Then the request is rejected as <rejection>
      And nothing was changed

      Examples: everyone else
        | who                       | rejection       |
        | Dana                      | forbidden       |
        | Vera                      | forbidden       |
        | an unauthenticated client | unauthenticated |

  Rule: The rate limit of the account applies

    @id.STA-063
    Scenario Outline: An account over its rate limit is rejected on <method>
      Given Dana has the status "Import" in the state "starting"
      And Dana has a new account
      And Dana is signed in
      And Omar has set Dana's rate limit to "3 requests in 60 seconds"
      And Dana has called the protected endpoint 3 times
      When Dana sends <method> /api/status/{status Import.id}<end>
      Then the response is 429 "RateLimitError"
      And the response has the headers
        | header      | value                 |
        | Retry-After | {matching ^[1-9]\d?$} |
      And nothing was changed

      Examples: reads and reports
        | method | end        |
        | GET    |            |
        | GET    | /history   |
        | PATCH  | /progress  |
        | POST   | /heartbeat |

    @id.STA-063
    Scenario: An account over its rate limit is served after the wait
      Given Dana has the status "Import"
      And Dana has a new account
      And Dana is signed in
      And Omar has set Dana's rate limit to "3 requests in 2 seconds"
      And Dana has called the protected endpoint 3 times
      When Dana calls the protected endpoint
      Then the request is rejected as rate limited for 1 to 2 seconds
      And the same request succeeds after that time and not before
      And within 2 seconds Dana gets from /api/status/{status Import.id}
        | path   | value  |
        | status | queued |

  Rule: Clean-up removes what ended before the limit

    @critical @id.STA-064
    Scenario Outline: With keep_failed <keep> clean-up removes <removed> of three statuses
      Given Dana has the status "Completed" in the state "completed" with
        | field | value          |
        | tags  | ["{the mark}"] |
      And Dana has the status "Failed" in the state "failed" with
        | field | value          |
        | tags  | ["{the mark}"] |
      And Dana has the status "Recent" in the state "completed" with
        | field | value          |
        | tags  | ["{the mark}"] |
      And the row of "processing_status" with "status_id" "{status Completed.id}" was stored with
        | column       | value                |
        | completed_at | {a time 31 days ago} |
      And the row of "processing_status" with "status_id" "{status Failed.id}" was stored with
        | column       | value                |
        | completed_at | {a time 31 days ago} |
      And the row of "processing_status" with "status_id" "{status Recent.id}" was stored with
        | column       | value                |
        | completed_at | {a time 29 days ago} |
      When Omar sends POST /api/status/cleanup with
        """
        {"keep_failed": <keep>, "filters": [{"field": "tags", "operator": "contains", "value": "{the mark}"}]}
        """
      Then the response is exactly
        """
        {"removed": <removed>}
        """
      And the status "Completed" is permanently deleted
      And the status "Failed" is <failed>
      And the status "Recent" is available
      And the table "status_history" has no rows with
        | column    | value                 |
        | status_id | {status Completed.id} |
      And the table "status_events" has no rows with
        | column    | value                 |
        | status_id | {status Completed.id} |

      Examples: failed statuses only if requested
        | keep  | removed | failed              |
        | true  | 1       | available           |
        | false | 2       | permanently deleted |
