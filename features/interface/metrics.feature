@allure.label.epic:Operations @lock.platform
Feature: The platform's metrics
  Prometheus reads, every few seconds, how often each route was called and how it answered.

  @critical @id.OPS-002
  Scenario Outline: Calls that are answered <status> are counted
    Given the metrics were read
    When Dana asks for "<operation>" 3 times
    Then the metrics count 3 times more for "<operation>", answered <status>

    Examples: served, refused, not found
      | operation             | status |
      | GET /api/vod/list     | 200    |
      | GET /api/admin        | 403    |
      | GET /api/vod/{vod_id} | 404    |

  @critical @id.OPS-008
  Scenario Outline: Answers <status> are counted as errors by themselves
    Given the metrics were read
    When Dana asks for "<operation>" twice
    Then the metrics count 2 times more answered <status>, as an error

    Examples: not found, refused
      | operation             | status |
      | GET /api/vod/{vod_id} | 404    |
      | GET /api/admin        | 403    |

  @id.OPS-010
  Scenario Outline: The method <method>, which nobody knows, is counted as unknown
    Given the metrics were read
    When Dana asks for "<method> /api/vod/list" twice
    Then the metrics count 2 times more for "unknown /api/vod/list", answered 405

    Examples: two of any number
      | method |
      | FOO    |
      | BAR    |
