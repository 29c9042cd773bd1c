@allure.label.epic:Research @needs.database @needs.redis @needs.writes @needs.partners
Feature: Research workflow
  A researcher selects a stock. The platform fetches its prices, analyses them, writes a report with a
  recommendation, and stores the result. At the end it notifies the researcher.

  Rule: A research session passes through five stages

    @smoke @blocker @id.RES-040
    Scenario: A research is carried from start to end
      Given Ravi has the research session "AAPL"
      When Ravi runs the research session "AAPL" up to the stage saved
      Then the research session "AAPL" passed the stages "started, fetched, analysed, reported, saved"
      And the research session "AAPL" is stored with
        | field              | value     |
        | stage              | saved     |
        | state              | completed |
        | error              | null      |
        | data.prices.ticker | AAPL      |

    @critical @id.RES-046
    Scenario: The figures are those of the price service, to the last digit
      Given the price service has these prices of "AAPL"
        | date       | close      |
        | 2026-11-16 | "150.00"   |
        | 2026-11-17 | "148.1234" |
        | 2026-11-18 | "152.10"   |
        | 2026-11-19 | "155.00"   |
      And Ravi has the research session "AAPL"
      When Ravi runs the research session "AAPL" up to the stage analysed
      Then the research session "AAPL" has the prices of the price service
      And the price service was called once
      And the research session "AAPL" is stored with
        | field                     | value      |
        | data.analysis.first_close | "150.00"   |
        | data.analysis.last_close  | "155.00"   |
        | data.analysis.change_pct  | "0.033333" |

    @id.RES-041
    Scenario: The same figures always have the same score
      Given Ravi has the research session "AAPL"
      And Ravi has the research session "AAPL #2"
      And Ravi has run the research session "AAPL" up to the stage analysed
      When Ravi runs the research session "AAPL #2" up to the stage analysed
      Then the score of "AAPL, AAPL #2" is between 0 and 1

    @id.RES-041
    Scenario Outline: The score of a stock that <course> still lies between 0 and 1
      Given the price service has these prices of "AAPL"
        | date       | close     |
        | 2026-11-18 | "<first>" |
        | 2026-11-19 | "<last>"  |
      And Ravi has the research session "AAPL"
      When Ravi runs the research session "AAPL" up to the stage analysed
      Then the score of "AAPL" is between <low> and <high>

      Examples: the ends of the scale, rising above falling
        | course              | first  | last   | low | high |
        | doubles             | 10.00  | 20.00  | 0.6 | 1    |
        | rises a hundredfold | 1.00   | 100.00 | 0.6 | 1    |
        | stays               | 10.00  | 10.00  | 0   | 0.6  |
        | falls to a cent     | 999.99 | 0.01   | 0   | 0.4  |

    @id.RES-042
    Scenario: The report has a summary and a recommendation
      Given Ravi has the research session "AAPL"
      When Ravi runs the research session "AAPL" up to the stage reported
      Then the research session "AAPL" is stored with
        | field                      | value                    |
        | data.report.summary        | {some text}              |
        | data.report.recommendation | {one of buy, hold, sell} |
        | state                      | processing               |

    @critical @id.RES-043
    Scenario: Saving completes the session and notifies its owner
      Given Nora has a new account
      And Nora has the research session "AAPL"
      And Nora has run the research session "AAPL" up to the stage reported
      When Nora runs the research session "AAPL" up to the stage saved
      Then the research session "AAPL" is stored with
        | field | value     |
        | state | completed |
      And there is one notification "Research Complete" for the research session "AAPL"
      And there is one event "research_completed" for the research session "AAPL"

  Rule: Stages run in order

    @id.RES-044
    Scenario Outline: A research that is <stage> cannot be <next> now
      Given Ravi has the research session "AAPL"
      And Ravi has run the research session "AAPL" up to the stage <stage>
      When Ravi requests the stage <next> of the research session "AAPL"
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: every stage but the next
        | stage    | next     |
        | fetched  | fetched  |
        | fetched  | reported |
        | fetched  | saved    |
        | analysed | fetched  |
        | analysed | analysed |
        | analysed | saved    |
        | reported | fetched  |
        | reported | analysed |
        | reported | reported |
        | saved    | fetched  |
        | saved    | analysed |
        | saved    | reported |
        | saved    | saved    |

    @id.RES-044
    Scenario Outline: A research that has just started cannot be <next> now
      Given Ravi has the research session "AAPL"
      When Ravi requests the stage <next> of the research session "AAPL"
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: every stage but fetching
        | next     |
        | analysed |
        | reported |
        | saved    |

  Rule: A stage validates the data of earlier stages

    @id.RES-047
    Scenario Outline: A research is not <next> with <what>
      Given Ravi has the research session "AAPL"
      And Ravi has run the research session "AAPL" up to the stage <stage>
      And Ravi's research session "AAPL" has been changed to
        | field   | value   |
        | <field> | <value> |
      When Ravi requests the stage <next> of the research session "AAPL"
      Then the request is rejected as conflicting with the message "The session's data does not contain <part>."
      And nothing was changed

      Examples: data changed by its owner
        | what                     | stage    | field                      | value                                                                                                           | next     | part             |
        | emptied prices           | fetched  | data.prices                | {}                                                                                                              | analysed | valid prices     |
        | prices of no day         | fetched  | data.prices                | {"ticker": "AAPL", "quotes": []}                                                                                | analysed | valid prices     |
        | an impossible price      | fetched  | data.prices                | {"ticker": "AAPL", "quotes": [{"date": "2026-11-19", "open": 1, "high": 1, "low": 2, "close": 1, "volume": 1}]} | analysed | valid prices     |
        | an emptied analysis      | analysed | data.analysis              | {}                                                                                                              | reported | a valid analysis |
        | an emptied report        | reported | data.report                | {}                                                                                                              | saved    | a valid report   |
        | advice that is unknown   | reported | data.report.recommendation | panic                                                                                                           | saved    | a valid report   |
        | a score beyond the scale | reported | data.analysis              | {"score": 7, "first_close": "1.00", "last_close": "2.00", "change_pct": "1.000000", "days": 2, "days_up": 1}    | saved    | a valid analysis |

  Rule: An error of the price service fails the session with a reason

    @id.RES-045
    Scenario Outline: The price service <trouble>, and the session fails with a reason
      Given the price service <trouble> always
      And Ravi has the research session "AAPL"
      When Ravi requests the stage fetched of the research session "AAPL"
      Then the research session "AAPL" failed because "The price service <reason>"
      And the research session "AAPL" has the history
        | from        | to         | by   |
        | initialized | processing | Ravi |
        | processing  | failed     | Ravi |

      Examples: no response
        | trouble                  | reason                   |
        | is slow                  | did not respond in time. |
        | sends one byte at a time | did not respond in time. |
        | closes the connection    | cannot be reached.       |

      Examples: error responses
        | trouble            | reason                   |
        | returns 500        | returned an error (500). |
        | returns 404        | returned an error (404). |
        | returns a redirect | returned an error (302). |

      Examples: invalid responses
        | trouble                       | reason                        |
        | closes the connection early   | returned an invalid response. |
        | returns text that is not JSON | returned an invalid response. |
        | returns no list of quotes     | returned an invalid response. |
        | returns a price as words      | returned an invalid response. |

      Examples: impossible prices
        | trouble                      | reason                      |
        | returns no day               | returned impossible prices. |
        | returns another ticker       | returned impossible prices. |
        | returns a negative price     | returned impossible prices. |
        | returns a low above the high | returned impossible prices. |
        | returns a day twice          | returned impossible prices. |

    @id.RES-045 @lock.platform
    Scenario: The price service is away
      Given the price service refuses connections always
      And Ravi has the research session "AAPL"
      When Ravi requests the stage fetched of the research session "AAPL"
      Then the research session "AAPL" failed because "The price service cannot be reached."

    @id.RES-045
    Scenario: A failed research is resumed once the price service works again
      Given the price service returns 500 once
      And Ravi has the research session "AAPL"
      And Ravi has requested the stage fetched of the research session "AAPL"
      When Ravi runs the research session "AAPL" up to the stage saved
      Then the research session "AAPL" is stored with
        | field | value     |
        | state | completed |
        | error | null      |
      And the research session "AAPL" has the history
        | from        | to         | by   |
        | initialized | processing | Ravi |
        | processing  | failed     | Ravi |
        | failed      | processing | Ravi |
        | processing  | completed  | Ravi |
