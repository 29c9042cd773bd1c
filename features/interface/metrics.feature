@allure.label.epic:Operations @lock.platform
Feature: Metrics
  Prometheus reads, every few seconds, how often each route was called and how it answered.

  @critical @id.OPS-002
  Scenario Outline: Requests answered with <status> are counted
    Given the metrics have been scraped
    When Dana calls "<operation>" 3 times
    Then the request counter of "<operation>" with status <status> has increased by 3

    Examples: served, refused, not found
      | operation             | status |
      | GET /api/vod/list     | 200    |
      | GET /api/admin        | 403    |
      | GET /api/vod/{vod_id} | 404    |

  @critical @id.OPS-008
  Scenario Outline: Answers <status> are counted as errors by themselves
    Given the metrics have been scraped
    When Dana calls "<operation>" twice
    Then the error counter of status <status> has increased by 2

    Examples: not found, refused
      | operation             | status |
      | GET /api/vod/{vod_id} | 404    |
      | GET /api/admin        | 403    |

  @id.OPS-010
  Scenario Outline: The unknown method <method> is counted as unknown
    Given the metrics have been scraped
    When Dana calls "<method> /api/vod/list" twice
    Then the request counter of "unknown /api/vod/list" with status 405 has increased by 2

    Examples: two of any number
      | method |
      | FOO    |
      | BAR    |
