@allure.label.epic:Interface @readonly
Feature: Tickers at the interface
  A form can ask, before anything is stored, whether what was typed is a ticker.

  @id.API-076
  Scenario Outline: <what> is told to be <valid> as a ticker
    When Ravi sends GET /api/validate/ticker with
      | part  | name  | value   |
      | query | value | <typed> |
    Then the answer is exactly
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
  Scenario: Twenty questions by five at once are all answered, and quickly
    When Ravi sends GET /api/validate/ticker?value=aapl 20 times by 5 at once
    Then each of the 20 answers is 200
    And each of the 20 answers has
      | path   | value |
      | valid  | true  |
      | ticker | AAPL  |
    And each of the 20 answers came within 5 seconds
