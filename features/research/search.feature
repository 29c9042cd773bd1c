@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: Searching documents by meaning
  A researcher collects texts and finds the ones that are closest to a question, in whatever words. All of the
  researcher's own documents are searched, and no others.

  Background:
    Given Nora has a new account

  Rule: Ingested documents are found, best match first

    @critical @id.RES-070
    Scenario: A batch is ingested and found
      Given Nora has created these documents in one request
        | name   | content                            | metadata.ticker |
        | note-1 | Apple shows strong revenue growth  | AAPL            |
        | note-2 | Microsoft Azure gains market share | MSFT            |
      When Nora searches for "revenue growth at Apple"
      Then these documents are returned, 2 in total
        | name   | content                            | metadata.ticker |
        | note-1 | Apple shows strong revenue growth  | AAPL            |
        | note-2 | Microsoft Azure gains market share | MSFT            |

    @id.RES-074
    Scenario Outline: The text closest to "<question>" comes first
      Given Nora has these documents
        | name    | content                                                    |
        | cloud   | Microsoft Azure gains market share in cloud computing      |
        | phones  | Apple sells more phones than ever, revenue grows strongly  |
        | trucks  | The lorry maker recalls a thousand trucks for their brakes |
        | weather | Rain and storms are expected on the coast on Sunday        |
      When Nora searches for "<question>" with
        | field | value |
        | limit | 1     |
      Then these documents are returned, 4 in total
        | name    |
        | <found> |

      Examples: questions in other words
        | question                         | found   |
        | cloud computing                  | cloud   |
        | growing revenue of phone sellers | phones  |
        | braking problems of a truck      | trucks  |
        | Will it rain along the coasts?   | weather |
        | MICROSOFT AZURE                  | cloud   |

    @critical @id.RES-074
    Scenario: The closest of a thousand documents comes first
      Given Nora has 500 other documents
      And Nora has the document "needle" with
        | field   | value                                                |
        | content | The lighthouse keeper trades tulip futures by candle |
      And Nora has 499 other documents
      When Nora searches for "tulip futures of the lighthouse keeper" with
        | field | value |
        | limit | 1     |
      Then these documents are returned, 1000 in total
        | name   |
        | needle |

    @id.RES-077
    Scenario: A filter finds one document among a thousand
      Given Nora has 500 other documents
      And Nora has the document "needle" with
        | field           | value                      |
        | content         | Rain is expected on Sunday |
        | metadata.sector | Weather                    |
      And Nora has 499 other documents
      When Nora searches for "The bakery opens two factories" with
        | field          | value   |
        | filters.sector | Weather |
      Then these documents are returned, 1 in total
        | name   |
        | needle |

    @id.RES-073
    Scenario Outline: With limit <limit> and offset <offset>, <found> is found
      Given Nora has these documents
        | name  | content               |
        | one   | tulips tulips tulips  |
        | two   | tulips and roses      |
        | three | roses and some thorns |
      When Nora searches for "tulips" with
        | field  | value    |
        | limit  | <limit>  |
        | offset | <offset> |
      Then these documents are returned, 3 in total
        | name    |
        | <found> |

      Examples: one item per page
        | limit | offset | found |
        | 1     | 0      | one   |
        | 1     | 1      | two   |
        | 5     | 2      | three |

    @id.RES-073
    Scenario Outline: A search with the <field> <value> is rejected
      When Nora searches for "tulips" with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as invalid in "<field>"

      Examples: invalid searches
        | field     | value     |
        | limit     | 0         |
        | limit     | 101       |
        | min_score | 1.5       |
        | filters   | {"a": {}} |
        | sort      | oldest    |

  Rule: Filters restrict the searched documents

    Background:
      Given Nora has these documents
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
      Then these documents are returned, <count> in total
        | name    | source_type |
        | <found> | <type>      |

      Examples: both types
        | type           | found  | count |
        | research_notes | note-1 | 3     |
        | news           | news-1 | 1     |

    @id.RES-071
    Scenario: An unknown source type finds nothing
      When Nora searches for "tech sector" with
        | field       | value  |
        | source_type | gossip |
      Then no documents are returned, 0 in total

    @id.RES-072
    Scenario: Only documents whose metadata match are found
      When Nora searches for "analysis of the tech sector" with
        | field          | value          |
        | source_type    | research_notes |
        | filters.sector | Technology     |
      Then these documents are returned, 2 in total
        | name   | metadata.sector |
        | note-1 | Technology      |
        | note-3 | Technology      |

    @id.RES-077
    Scenario Outline: <what> leaves <found> of all documents
      When Nora searches for "sector analysis of banks" with
        | field   | value   |
        | <field> | <value> |
        | limit   | 1       |
      Then these documents are returned, <count> in total
        | name    |
        | <found> |

      Examples: lists, exclusions, a minimum score
        | what                     | field          | value            | found  | count |
        | a list of tickers        | filters.ticker | ["AAPL", "MSFT"] | note-1 | 3     |
        | a list with one          | filters.ticker | ["MSFT"]         | note-3 | 1     |
        | excluding a sector       | exclude.sector | Finance          | note-1 | 3     |
        | excluding tickers        | exclude.ticker | ["JPM", "AAPL"]  | note-3 | 1     |
        | excluding an unknown key | exclude.colour | red              | note-2 | 4     |
        | a high minimum score     | min_score      | 0.95             | note-2 | 1     |

    @id.RES-077
    Scenario: A high minimum score finds nothing
      When Nora searches for "windmills" with
        | field     | value |
        | min_score | 0.8   |
      Then no documents are returned, 0 in total

  Rule: A document is replaced, rejected or deleted completely

    @id.RES-075
    Scenario: Ingesting again replaces the text, and what it is found by
      Given Nora has the document "note-1" with
        | field         | value            |
        | content       | tulips in spring |
        | metadata.year | 2025             |
      And Nora has the document "note-1" with
        | field         | value            |
        | content       | storms in autumn |
        | metadata.year | 2026             |
      When Nora searches for "tulips in spring"
      Then these documents are returned, 1 in total
        | name   | content          | metadata.year |
        | note-1 | storms in autumn | 2026          |

    @id.RES-075
    Scenario: A replaced document is not found by its old text
      Given Nora has the document "note-1" with
        | field   | value            |
        | content | tulips in spring |
      And Nora has the document "note-1" with
        | field   | value            |
        | content | storms in autumn |
      When Nora searches for "tulips in spring" with
        | field     | value |
        | min_score | 0.5   |
      Then no documents are returned, 0 in total

    @id.RES-076
    Scenario Outline: A document with <what> is rejected
      When Nora creates the document "note-1" with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: deleted, of another user
        | what           | field       | value    |
        | an empty text  | content     |          |
        | a blank text   | content     | "\n \n"  |
        | no text        | content     | {absent} |
        | no source      | source_id   | {absent} |
        | no source type | source_type | {absent} |

    @id.RES-076
    Scenario: An invalid document of a batch is reported, the rest is stored
      When Nora creates these documents in one request
        | name   | content          |
        | note-1 | tulips in spring |
        | note-2 |                  |
        | note-3 | storms in autumn |
      Then of the 3 batch items, these were rejected and the rest stored
        | position | field   |
        | 2        | content |

    @id.RES-078
    Scenario: A removed document is not found
      Given Nora has these documents
        | name   | content          |
        | note-1 | tulips in spring |
        | note-2 | storms in autumn |
      And Nora has deleted the document "note-1"
      When Nora searches for "tulips in spring"
      Then these documents are returned, 1 in total
        | name   |
        | note-2 |

    @id.RES-078
    Scenario: A deleted document has no row and no vector
      Given Nora has the document "note-1"
      When Nora deletes the document "note-1"
      Then the document "note-1" is permanently deleted

  Rule: Documents are private to their owner

    @id.RES-079
    Scenario: Another user's documents are not found
      Given Nora has the document "note-1" with
        | field   | value            |
        | content | tulips in spring |
      When Ravi searches for "tulips in spring" with
        | field     | value |
        | min_score | 0.9   |
      Then no documents are returned, 0 in total

    @id.RES-079
    Scenario: Another user's documents are not listed
      Given Ravi has the document "Diary"
      When Nora lists the documents
      Then no documents are returned, 0 in total

    @id.RES-079
    Scenario Outline: Another cannot have the document of Ravi: <deed>
      Given Ravi has the document "Diary"
      When Nora <deed> the document "Diary"
      Then the request is rejected as not found
      And nothing was changed

      Examples: each operation
        | deed    |
        | reads   |
        | deletes |
