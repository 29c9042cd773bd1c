@allure.label.epic:Interface @readonly
Feature: Ticker validation API
  A form can ask, before anything is stored, whether what was typed is a ticker.

  @id.API-076
  Scenario Outline: <what> is reported as <valid>
    When Ravi sends GET /api/validate/ticker with
      | part  | name  | value   |
      | query | value | <typed> |
    Then the response is exactly
      """
      {"valid": <valid>, "ticker": <ticker>}
      """

    Examples: good ones, stored in capitals, and bad ones
      | what          | typed  | valid | ticker  |
      | Capitals      | AAPL   | true  | "AAPL"  |
      | Small letters | aapl   | true  | "AAPL"  |
      | A share class | brk.b  | true  | "BRK.B" |
      | A digit       | A1     | false | null    |
      | Six letters   | ABCDEF | false | null    |
      | A number      | 5      | false | null    |

  @id.API-077
  Scenario: Twenty concurrent validations succeed within 5 seconds
    When Ravi sends GET /api/validate/ticker?value=aapl 20 times from 5 concurrent clients
    Then the 20 responses all have the status 200
    And each of the 20 responses has
      | path   | value |
      | valid  | true  |
      | ticker | AAPL  |
    And each of the 20 responses took at most 5 seconds
