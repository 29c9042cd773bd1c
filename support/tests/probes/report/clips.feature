@allure.label.epic:Video_on_demand
Feature: A list of clips
  Editors look for clips in a list.

  Rule: The list is open to everybody

    @smoke @critical @readonly @id.VOD-005
    Scenario: A clip is in the list
      When nobody sends GET /api/clips
      Then the answer is 200
      And the answer has
        | path          | value        |
        | clips[0].name | City Council |

    @readonly @id.VOD-019
    Scenario: Many read the list at once
      When nobody sends GET /api/clips 6 times by 3 at once
      Then each of the 6 answers is 200

    @readonly @id.VOD-004
    Scenario: A clip is captioned after a while
      Then within 10 seconds nobody sees at /api/clips/7
        | path   | value     |
        | status | completed |

    @critical @readonly @id.VOD-006
    Scenario: The second page of the list is shown
      When nobody sends GET /api/clips?page=2
      Then the answer is 200

    @readonly @id.VOD-007
    Scenario: A clip says how long it is
      When nobody sends GET /api/clips
      Then the answer has
        | path              | value |
        | clips[0].duration | 60    |

    @readonly @id.VOD-008
    Scenario: A clip can be played backwards
      When somebody plays it backwards

    @needs.faults @id.REC-001
    Scenario: The list is there without a database
      When nobody sends GET /api/clips
      Then the answer is 200
