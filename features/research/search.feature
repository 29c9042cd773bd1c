@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Searching documents by meaning
  A researcher collects texts and finds again what is closest to a question, whatever its exact words. Every one of
  the researcher's own documents is considered, and nobody else's.

  Background:
    Given Nora has just joined

  Rule: What was ingested is found, the closest first

    @critical @id.RES-070
    Scenario: A batch is ingested and found
      Given Nora created these documents in one request
        | name   | content                            | metadata.ticker |
        | note-1 | Apple shows strong revenue growth  | AAPL            |
        | note-2 | Microsoft Azure gains market share | MSFT            |
      When Nora searches for "revenue growth at Apple"
      Then she is shown these documents, 2 in all
        | name   | content                            | metadata.ticker |
        | note-1 | Apple shows strong revenue growth  | AAPL            |
        | note-2 | Microsoft Azure gains market share | MSFT            |

    @id.RES-074
    Scenario Outline: The text closest to "<question>" comes first
      Given these documents of Nora
        | name    | content                                                    |
        | cloud   | Microsoft Azure gains market share in cloud computing      |
        | phones  | Apple sells more phones than ever, revenue grows strongly  |
        | trucks  | The lorry maker recalls a thousand trucks for their brakes |
        | weather | Rain and storms are expected on the coast on Sunday        |
      When Nora searches for "<question>" with
        | field | value |
        | limit | 1     |
      Then she is shown these documents, 4 in all
        | name    |
        | <found> |

      Examples: questions in other words than the texts
        | question                         | found   |
        | cloud computing                  | cloud   |
        | growing revenue of phone sellers | phones  |
        | braking problems of a truck      | trucks  |
        | Will it rain along the coasts?   | weather |
        | MICROSOFT AZURE                  | cloud   |

    @critical @id.RES-074
    Scenario: The closest of a thousand documents comes first
      Given 500 other documents of Nora
      And the document "needle" of Nora with
        | field   | value                                                |
        | content | The lighthouse keeper trades tulip futures by candle |
      And 499 other documents of Nora
      When Nora searches for "tulip futures of the lighthouse keeper" with
        | field | value |
        | limit | 1     |
      Then she is shown these documents, 1000 in all
        | name   |
        | needle |

    @id.RES-077
    Scenario: What passes a filter is found among a thousand, however unlike the question
      Given 500 other documents of Nora
      And the document "needle" of Nora with
        | field           | value                      |
        | content         | Rain is expected on Sunday |
        | metadata.sector | Weather                    |
      And 499 other documents of Nora
      When Nora searches for "The bakery opens two factories" with
        | field          | value   |
        | filters.sector | Weather |
      Then she is shown these documents, 1 in all
        | name   |
        | needle |

    @id.RES-073
    Scenario Outline: With a limit of <limit> and an offset of <offset>, <found> is found
      Given these documents of Nora
        | name  | content               |
        | one   | tulips tulips tulips  |
        | two   | tulips and roses      |
        | three | roses and some thorns |
      When Nora searches for "tulips" with
        | field  | value    |
        | limit  | <limit>  |
        | offset | <offset> |
      Then she is shown these documents, 3 in all
        | name    |
        | <found> |

      Examples: one to a page
        | limit | offset | found |
        | 1     | 0      | one   |
        | 1     | 1      | two   |
        | 5     | 2      | three |

    @id.RES-073
    Scenario Outline: A search with the <field> <value> is refused
      When Nora searches for "tulips" with
        | field   | value   |
        | <field> | <value> |
      Then she is told that "<field>" is invalid

      Examples: what a search does not take
        | field     | value     |
        | limit     | 0         |
        | limit     | 101       |
        | min_score | 1.5       |
        | filters   | {"a": {}} |
        | sort      | oldest    |

  Rule: Filters say which documents are considered

    Background:
      Given these documents of Nora
        | name   | content                  | source_type    | metadata.ticker | metadata.sector |
        | note-1 | Tech sector analysis     | research_notes | AAPL            | Technology      |
        | note-2 | Sector analysis of banks | research_notes | JPM             | Finance         |
        | note-3 | Analysis                 | research_notes | MSFT            | Technology      |
        | news-1 | Tech sector news         | news           | AAPL            | Technology      |

    @id.RES-071
    Scenario Outline: Only documents of the source type <type> are found
      When Nora searches for "tech sector" with
        | field       | value  |
        | source_type | <type> |
        | limit       | 1      |
      Then she is shown these documents, <count> in all
        | name    | source_type |
        | <found> | <type>      |

      Examples: both types
        | type           | found  | count |
        | research_notes | note-1 | 3     |
        | news           | news-1 | 1     |

    @id.RES-071
    Scenario: Of an unknown source type nothing is found
      When Nora searches for "tech sector" with
        | field       | value  |
        | source_type | gossip |
      Then she is shown no documents

    @id.RES-072
    Scenario: Only documents whose metadata match are found
      When Nora searches for "analysis of the tech sector" with
        | field          | value          |
        | source_type    | research_notes |
        | filters.sector | Technology     |
      Then she is shown these documents, 2 in all
        | name   | metadata.sector |
        | note-1 | Technology      |
        | note-3 | Technology      |

    @id.RES-077
    Scenario Outline: Of all documents about the sector, <found> is left by <what>
      When Nora searches for "sector analysis of banks" with
        | field   | value   |
        | <field> | <value> |
        | limit   | 1       |
      Then she is shown these documents, <count> in all
        | name    |
        | <found> |

      Examples: lists, exclusions, and a minimum score
        | what                     | field          | value            | found  | count |
        | a list of tickers        | filters.ticker | ["AAPL", "MSFT"] | note-1 | 3     |
        | a list with one          | filters.ticker | ["MSFT"]         | note-3 | 1     |
        | excluding a sector       | exclude.sector | Finance          | note-1 | 3     |
        | excluding tickers        | exclude.ticker | ["JPM", "AAPL"]  | note-3 | 1     |
        | excluding an unknown key | exclude.colour | red              | note-2 | 4     |
        | a high minimum score     | min_score      | 0.95             | note-2 | 1     |

    @id.RES-077
    Scenario: Where nothing is close enough, nothing is found
      When Nora searches for "windmills" with
        | field     | value |
        | min_score | 0.8   |
      Then she is shown no documents

  Rule: A document is replaced, refused or removed as a whole

    @id.RES-075
    Scenario: Ingesting again replaces the text, and what it is found by
      Given the document "note-1" of Nora with
        | field         | value            |
        | content       | tulips in spring |
        | metadata.year | 2025             |
      And the document "note-1" of Nora with
        | field         | value            |
        | content       | storms in autumn |
        | metadata.year | 2026             |
      When Nora searches for "tulips in spring"
      Then she is shown these documents, 1 in all
        | name   | content          | metadata.year |
        | note-1 | storms in autumn | 2026          |

    @id.RES-075
    Scenario: The old text is no longer what it is found by
      Given the document "note-1" of Nora with
        | field   | value            |
        | content | tulips in spring |
      And the document "note-1" of Nora with
        | field   | value            |
        | content | storms in autumn |
      When Nora searches for "tulips in spring" with
        | field     | value |
        | min_score | 0.5   |
      Then she is shown no documents

    @id.RES-076
    Scenario Outline: A document with <what> is refused
      When Nora creates the document "note-1" with
        | field   | value   |
        | <field> | <value> |
      Then she is told that "<field>" is invalid
      And nothing was changed

      Examples: what cannot be found by anybody
        | what           | field       | value    |
        | an empty text  | content     |          |
        | a blank text   | content     | "\n \n"  |
        | no text        | content     | {absent} |
        | no source      | source_id   | {absent} |
        | no source type | source_type | {absent} |

    @id.RES-076
    Scenario: One bad document of a batch is reported, the rest are stored
      When Nora creates these documents in one request
        | name   | content          |
        | note-1 | tulips in spring |
        | note-2 |                  |
        | note-3 | storms in autumn |
      Then of the batch of 3, these were refused, and the rest stored
        | position | field   |
        | 2        | content |

    @id.RES-078
    Scenario: A removed document is not found
      Given these documents of Nora
        | name   | content          |
        | note-1 | tulips in spring |
        | note-2 | storms in autumn |
      And Nora deleted the document "note-1"
      When Nora searches for "tulips in spring"
      Then she is shown these documents, 1 in all
        | name   |
        | note-2 |

    @id.RES-078
    Scenario: A removed document is gone, with its vector
      Given the document "note-1" of Nora
      When Nora deletes the document "note-1"
      Then the document "note-1" is gone for good

  Rule: A document is its owner's alone

    @id.RES-079
    Scenario: Another's documents are not found
      Given the document "note-1" of Nora with
        | field   | value            |
        | content | tulips in spring |
      When Ravi searches for "tulips in spring" with
        | field     | value |
        | min_score | 0.9   |
      Then he is shown no documents

    @id.RES-079
    Scenario: Another's documents are not listed
      Given the document "Diary" of Ravi
      When Nora lists the documents
      Then she is shown no documents

    @id.RES-079
    Scenario Outline: Another cannot have the document of Ravi: <deed>
      Given the document "Diary" of Ravi
      When Nora <deed> the document "Diary"
      Then she is refused as unknown
      And nothing was changed

      Examples: whatever is tried
        | deed    |
        | reads   |
        | deletes |
