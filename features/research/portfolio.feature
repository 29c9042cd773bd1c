@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Portfolios and returns
  A researcher records positions with their prices, and gets their returns. Money is exact to the cent.

  Rule: A portfolio contains positions

    @critical @id.RES-080
    Scenario: A portfolio is created
      When Ravi creates the portfolio "Growth"
      Then the portfolio "Growth" is stored with
        | field      | value            |
        | created_at | {a time}         |
        | updated_at | {its created_at} |

    @id.RES-080
    Scenario: A position is added
      Given Ravi has the portfolio "Growth"
      When Ravi creates the position "aapl" with
        | field       | value    |
        | shares      | "100"    |
        | entry_price | "150.00" |
      Then the position "aapl" is stored with
        | field         | value    |
        | ticker        | AAPL     |
        | shares        | "100"    |
        | entry_price   | "150.00" |
        | current_price | null     |

    @id.RES-080
    Scenario Outline: The <field> of a position is changed to <value>
      Given Ravi has the portfolio "Growth"
      And Ravi has the position "AAPL"
      When Ravi changes the position "AAPL" to
        | field   | value     |
        | <field> | "<value>" |
      Then the position "AAPL" is stored with
        | field      | value               |
        | <field>    | "<value>"           |
        | created_at | {as before}         |
        | updated_at | {later than before} |

      Examples: changes of each field
        | field         | value  |
        | shares        | 150    |
        | shares        | 0.125  |
        | entry_price   | 149.99 |
        | current_price | 155.00 |

    @id.RES-083
    Scenario Outline: A position with <value> as <field> is rejected
      Given Ravi has the portfolio "Growth"
      When Ravi creates the position "AAPL" with
        | field   | value     |
        | <field> | "<value>" |
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: shares
        | field  | value     |
        | shares | 0         |
        | shares | -1        |
        | shares | -0.000001 |
        | shares | many      |
        | shares | NaN       |
        | shares | {absent}  |

      Examples: prices
        | field         | value    |
        | entry_price   | 0        |
        | entry_price   | -150.00  |
        | entry_price   | Infinity |
        | entry_price   | 0.00001  |
        | current_price | 0        |
        | current_price | -0.01    |

      Examples: other invalid fields
        | field  | value   |
        | ticker | INVALID |
        | colour | red     |

    @id.RES-083
    Scenario Outline: A position cannot be changed to <value> as <field>
      Given Ravi has the portfolio "Growth"
      And Ravi has the position "AAPL"
      When Ravi changes the position "AAPL" to
        | field   | value     |
        | <field> | "<value>" |
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: shares and prices
        | field         | value |
        | shares        | 0     |
        | entry_price   | -1    |
        | current_price | 0     |

  Rule: Portfolios are private to their owner

    @id.RES-085
    Scenario Outline: Another cannot have the portfolio of Ravi: <deed>
      Given Ravi has the portfolio "Growth"
      And Nora has a new account
      When Nora <deed> the portfolio "Growth"
      Then the request is rejected as not found
      And nothing was changed

      Examples: each operation
        | deed                    |
        | reads                   |
        | deletes                 |
        | requests the returns of |

    @id.RES-085
    Scenario: Another user's list does not contain Ravi's portfolio
      Given Ravi has the portfolio "Growth"
      And Nora has a new account
      When Nora lists the portfolios
      Then no portfolios are returned, 0 in total

    @id.RES-085
    Scenario: Another cannot put a position into it
      Given Ravi has the portfolio "Growth"
      And Nora has a new account
      When Nora creates the position "AAPL"
      Then the request is rejected as not found
      And nothing was changed

    @id.RES-085
    Scenario: Another cannot change a position in it
      Given Ravi has the portfolio "Growth"
      And Ravi has the position "AAPL"
      And Nora has a new account
      When Nora changes the position "AAPL" to
        | field  | value |
        | shares | "1"   |
      Then the request is rejected as not found
      And nothing was changed

    @id.RES-085
    Scenario: Another cannot take a position out of it
      Given Ravi has the portfolio "Growth"
      And Ravi has the position "AAPL"
      And Nora has a new account
      When Nora deletes the position "AAPL"
      Then the request is rejected as not found
      And nothing was changed

  Rule: Returns are the value minus the cost

    @critical @id.RES-081
    Scenario: Shares that rose return the difference
      Given Ravi has the portfolio "Growth"
      And Ravi has the position "AAPL" with
        | field       | value    |
        | shares      | "100"    |
        | entry_price | "150.00" |
      When Ravi changes the position "AAPL" to
        | field         | value    |
        | shares        | "150"    |
        | current_price | "155.00" |
      Then the returns of the portfolio "Growth" are
        | field            | value      |
        | cost             | "22500.00" |
        | value            | "23250.00" |
        | total_return     | "750.00"   |
        | total_return_pct | "0.033333" |

    @id.RES-082
    Scenario: Positions are summed; without a current price the entry price counts
      Given Ravi has the portfolio "Growth"
      And Ravi has these positions
        | name | shares | entry_price | current_price |
        | AAPL | "10"   | "100.00"    | "90.00"       |
        | MSFT | "5"    | "200.00"    | "230.00"      |
        | F    | "100"  | "12.50"     | {absent}      |
      When Ravi requests the returns of the portfolio "Growth"
      Then the returns of the portfolio "Growth" are
        | field            | value      |
        | cost             | "3250.00"  |
        | value            | "3300.00"  |
        | total_return     | "50.00"    |
        | total_return_pct | "0.015385" |

    @id.RES-082
    Scenario: A loss is a negative return
      Given Ravi has the portfolio "Growth"
      And Ravi has these positions
        | name | shares | entry_price | current_price |
        | AAPL | "10"   | "100.00"    | "66.67"       |
      When Ravi requests the returns of the portfolio "Growth"
      Then the returns of the portfolio "Growth" are
        | field            | value       |
        | cost             | "1000.00"   |
        | value            | "666.70"    |
        | total_return     | "-333.30"   |
        | total_return_pct | "-0.333300" |

    @id.RES-082
    Scenario: Without positions the return is 0 and the ratio null
      Given Ravi has the portfolio "Growth"
      When Ravi requests the returns of the portfolio "Growth"
      Then the returns of the portfolio "Growth" are
        | field            | value  |
        | cost             | "0.00" |
        | value            | "0.00" |
        | total_return     | "0.00" |
        | total_return_pct | null   |

    @id.RES-084
    Scenario Outline: <shares> shares bought at <entry>, now at <now>, return <return> exactly
      Given Ravi has the portfolio "Growth"
      And Ravi has these positions
        | name | shares     | entry_price | current_price |
        | AAPL | "<shares>" | "<entry>"   | "<now>"       |
      When Ravi requests the returns of the portfolio "Growth"
      Then the returns of the portfolio "Growth" are
        | field        | value      |
        | cost         | "<cost>"   |
        | value        | "<value>"  |
        | total_return | "<return>" |

      Examples: rounding errors of floating-point numbers
        | shares          | entry      | now        | cost                | value               | return      |
        | 3               | 0.10       | 0.20       | 0.30                | 0.60                | 0.30        |
        | 1               | 2.675      | 1.0151     | 2.68                | 1.02                | -1.66       |
        | 0.000001        | 100000.00  | 100000.00  | 0.10                | 0.10                | 0.00        |
        | 999999999       | 9999999.99 | 9999999.98 | 9999999980000000.01 | 9999999970000000.02 | -9999999.99 |
        | 123456789.12345 | 1.0001     | 1          | 123469134.80        | 123456789.12        | -12345.68   |
