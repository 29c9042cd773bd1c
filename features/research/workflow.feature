@allure.label.epic:Research @needs.database @needs.redis @needs.writes @needs.partners
Feature: A research from the first idea to the recommendation
  A researcher names a stock. The platform fetches its prices, works out how the stock does, puts that into words with
  a recommendation, and keeps the result. At the end its owner is told.

  Rule: A research goes through five stages

    @smoke @blocker @id.RES-040
    Scenario: A research is carried from start to end
      Given the research session "AAPL" of Ravi
      When Ravi carries the research on "AAPL" as far as saved
      Then the research on "AAPL" went through "started, fetched, analysed, reported, saved"
      And the research session "AAPL" is stored with
        | field              | value     |
        | stage              | saved     |
        | state              | completed |
        | error              | null      |
        | data.prices.ticker | AAPL      |

    @critical @id.RES-046
    Scenario: The figures are those of the price service, to the last digit
      Given the price service quotes "AAPL" at
        | date       | close      |
        | 2026-11-16 | "150.00"   |
        | 2026-11-17 | "148.1234" |
        | 2026-11-18 | "152.10"   |
        | 2026-11-19 | "155.00"   |
      And the research session "AAPL" of Ravi
      When Ravi carries the research on "AAPL" as far as analysed
      Then the research on "AAPL" holds what the price service quoted
      And the price service was asked once
      And the research session "AAPL" is stored with
        | field                     | value      |
        | data.analysis.first_close | "150.00"   |
        | data.analysis.last_close  | "155.00"   |
        | data.analysis.change_pct  | "0.033333" |

    @id.RES-041
    Scenario: The same figures always have the same score
      Given the research session "AAPL" of Ravi
      And the research session "AAPL #2" of Ravi
      And Ravi carried the research on "AAPL" as far as analysed
      When Ravi carries the research on "AAPL #2" as far as analysed
      Then the score of "AAPL, AAPL #2" lies between 0 and 1

    @id.RES-041
    Scenario Outline: The score of a stock that <course> still lies between 0 and 1
      Given the price service quotes "AAPL" at
        | date       | close     |
        | 2026-11-18 | "<first>" |
        | 2026-11-19 | "<last>"  |
      And the research session "AAPL" of Ravi
      When Ravi carries the research on "AAPL" as far as analysed
      Then the score of "AAPL" lies between <low> and <high>

      Examples: the ends of the scale; what rises scores better than what falls
        | course              | first  | last   | low | high |
        | doubles             | 10.00  | 20.00  | 0.6 | 1    |
        | rises a hundredfold | 1.00   | 100.00 | 0.6 | 1    |
        | stays               | 10.00  | 10.00  | 0   | 0.6  |
        | falls to a cent     | 999.99 | 0.01   | 0   | 0.4  |

    @id.RES-042
    Scenario: The report says in words how the stock does, and what to do
      Given the research session "AAPL" of Ravi
      When Ravi carries the research on "AAPL" as far as reported
      Then the research session "AAPL" is stored with
        | field                      | value                    |
        | data.report.summary        | {some text}              |
        | data.report.recommendation | {one of buy, hold, sell} |
        | state                      | processing               |

    @critical @id.RES-043
    Scenario: Saving completes the research and tells its owner
      Given Nora has just joined
      And the research session "AAPL" of Nora
      And Nora carried the research on "AAPL" as far as reported
      When Nora carries the research on "AAPL" as far as saved
      Then the research session "AAPL" is stored with
        | field | value     |
        | state | completed |
      And there is one notification "Research Complete" about the research session "AAPL"
      And there is one event "research_completed" about the research session "AAPL"

  Rule: Stages come in their order

    @id.RES-044
    Scenario Outline: A research that is <stage> cannot be <next> now
      Given the research session "AAPL" of Ravi
      And Ravi carried the research on "AAPL" as far as <stage>
      When Ravi has the research on "AAPL" <next>
      Then he is refused as conflicting
      And nothing was changed

      Examples: every stage but the next one
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
      Given the research session "AAPL" of Ravi
      When Ravi has the research on "AAPL" <next>
      Then he is refused as conflicting
      And nothing was changed

      Examples: everything but fetching
        | next     |
        | analysed |
        | reported |
        | saved    |

  Rule: A stage works with what the stages before it wrote, or not at all

    @id.RES-047
    Scenario Outline: A research is not <next> with <what>
      Given the research session "AAPL" of Ravi
      And Ravi carried the research on "AAPL" as far as <stage>
      And Ravi's research session "AAPL" holds
        | field   | value   |
        | <field> | <value> |
      When Ravi has the research on "AAPL" <next>
      Then he is refused as conflicting: "The session's data no longer holds the <part>."
      And nothing was changed

      Examples: what its owner has changed
        | what                     | stage    | field                      | value                                                                                                           | next     | part     |
        | emptied prices           | fetched  | data.prices                | {}                                                                                                              | analysed | prices   |
        | prices of no day         | fetched  | data.prices                | {"ticker": "AAPL", "quotes": []}                                                                                | analysed | prices   |
        | an impossible price      | fetched  | data.prices                | {"ticker": "AAPL", "quotes": [{"date": "2026-11-19", "open": 1, "high": 1, "low": 2, "close": 1, "volume": 1}]} | analysed | prices   |
        | an emptied analysis      | analysed | data.analysis              | {}                                                                                                              | reported | analysis |
        | an emptied report        | reported | data.report                | {}                                                                                                              | saved    | report   |
        | advice that is unknown   | reported | data.report.recommendation | panic                                                                                                           | saved    | report   |
        | a score beyond the scale | reported | data.analysis              | {"score": 7, "first_close": "1.00", "last_close": "2.00", "change_pct": "1.000000", "days": 2, "days_up": 1}    | saved    | analysis |

  Rule: Trouble at the price service fails the research with a reason

    @id.RES-045
    Scenario Outline: The price service <trouble>
      Given the price service <trouble>, always
      And the research session "AAPL" of Ravi
      When Ravi has the research on "AAPL" fetched
      Then the research on "AAPL" failed because "The price service <reason>"
      And the research session "AAPL" went through
        | from        | to         | by   |
        | initialized | processing | Ravi |
        | processing  | failed     | Ravi |

      Examples: it does not answer
        | trouble                  | reason                  |
        | is slow                  | did not answer in time. |
        | answers letter by letter | did not answer in time. |
        | hangs up                 | cannot be reached.      |

      Examples: it refuses
        | trouble                 | reason                        |
        | answers with 500        | answered with an error (500). |
        | answers with 404        | answered with an error (404). |
        | answers with a redirect | answered with an error (302). |

      Examples: it cannot be understood
        | trouble                  | reason                         |
        | breaks off in the middle | answered something unreadable. |
        | answers no JSON          | answered something unreadable. |
        | answers without quotes   | answered something unreadable. |
        | answers a price in words | answered something unreadable. |

      Examples: it cannot be right
        | trouble                      | reason                                |
        | answers no day at all        | answered with figures that cannot be. |
        | answers for another ticker   | answered with figures that cannot be. |
        | answers a negative price     | answered with figures that cannot be. |
        | answers a low above the high | answered with figures that cannot be. |
        | answers a day twice          | answered with figures that cannot be. |

    @id.RES-045 @lock.platform
    Scenario: The price service is away
      Given the price service refuses connections, always
      And the research session "AAPL" of Ravi
      When Ravi has the research on "AAPL" fetched
      Then the research on "AAPL" failed because "The price service cannot be reached."

    @id.RES-045
    Scenario: A failed research is resumed once the price service works again
      Given the price service answers with 500, once
      And the research session "AAPL" of Ravi
      And Ravi tried to have the research on "AAPL" fetched
      When Ravi carries the research on "AAPL" as far as saved
      Then the research session "AAPL" is stored with
        | field | value     |
        | state | completed |
        | error | null      |
      And the research session "AAPL" went through
        | from        | to         | by   |
        | initialized | processing | Ravi |
        | processing  | failed     | Ravi |
        | failed      | processing | Ravi |
        | processing  | completed  | Ravi |
