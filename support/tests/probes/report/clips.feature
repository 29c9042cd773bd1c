@allure.label.epic:Video_on_demand
Feature: A list of clips
  Editors find clips in a list.

  Rule: Everyone may read the list

    @smoke @critical @readonly @id.VOD-005
    Scenario: A clip is in the list
      When an unauthenticated client sends GET /api/clips
      Then the response is 200
      And the response has
        | path          | value        |
        | clips[0].name | City Council |

    @readonly @id.VOD-019
    Scenario: Many clients read the list concurrently
      When an unauthenticated client sends GET /api/clips 6 times from 3 concurrent clients
      Then the 6 responses all have the status 200

    @readonly @id.VOD-004
    Scenario: A clip is captioned after a while
      Then within 10 seconds an unauthenticated client gets from /api/clips/7
        | path   | value     |
        | status | completed |

    @critical @readonly @id.VOD-006
    Scenario: The second page of the list is shown
      When an unauthenticated client sends GET /api/clips?page=2
      Then the response is 200

    @readonly @id.VOD-007
    Scenario: A clip says how long it is
      When an unauthenticated client sends GET /api/clips
      Then the response has
        | path              | value |
        | clips[0].duration | 60    |

    @readonly @id.VOD-008
    Scenario: A clip can be played backwards
      When Dana plays it backwards

    @needs.faults @id.REC-001
    Scenario: The list is there without a database
      When an unauthenticated client sends GET /api/clips
      Then the response is 200
