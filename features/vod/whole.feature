@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes @needs.partners
Feature: End to end: from recording to published VOD
  The whole way of a recording, as an editor and a viewer see it, and as it is found in every store.

  @blocker @id.VOD-100
  Scenario: A recording becomes a captioned VOD that viewers find at Cablecast
    Given Dana has a 5 minute recording of "City Council"
    And Cablecast has the show "City Council" dated today
    And Dana has registered it as a VOD
    And Dana has submitted the VOD "City Council"
    And the VOD "City Council" has become completed
    When Dana publishes the VOD "City Council"
    Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
    And the captions of "City Council" are a valid SCC file next to the recording
    And the captions of "City Council" have the spoken words at their times for 5 minutes
    And the summary of "City Council" has speaker and start of every five cues
    And the VOD "City Council" is published and stored with its Cablecast ids
    And Cablecast has one VOD of "City Council" with the stored captions
    And Cablecast received the captions of "City Council" as a file with valid credentials
    And the captioning job of "City Council" is succeeded after 1 runs
    And exactly these records changed
      | store              | record       | field            | from       | to                       |
      | vods               | City Council | show_id          | null       | {a whole number}         |
      | vods               | City Council | cablecast_vod_id | null       | {anything}               |
      | vods               | City Council | published_at     | null       | {a time within 1 minute} |
      | vods               | City Council | updated_at       | {anything} | {anything}               |
      | tasks              | City Council |                  | {absent}   | {anything}               |
      | procrastinate_jobs | City Council |                  | {absent}   | {anything}               |
    And Vera reads the VOD "City Council" as stored in the database

  @critical @id.VOD-100
  Scenario: A captioned recording leaves its results in the database, and nothing else
    Given Dana has a 5 minute recording of "City Council"
    And Dana is signed in
    When she captions it
    Then exactly these records changed
      | store              | record       | field | from     | to         |
      | vods               | City Council |       | {absent} | {anything} |
      | vod_status_history | City Council |       | {absent} | {anything} |
      | vod_status_history | City Council |       | {absent} | {anything} |
      | transcriptions     | City Council |       | {absent} | {anything} |
      | tasks              | City Council |       | {absent} | {anything} |
      | procrastinate_jobs | City Council |       | {absent} | {anything} |

  @critical @id.VOD-101
  Scenario Outline: A <condition> recording is repaired, captioned and published
    Given Dana has a <condition> recording of "City Council"
    And Cablecast has the show "City Council" dated today
    And Dana has registered it as a VOD
    And Dana has submitted the VOD "City Council"
    And the VOD "City Council" has become failed
    And the recording of "City Council" has been replaced by a clear one
    And Dana has submitted the VOD "City Council"
    And the VOD "City Council" has become completed
    When Dana publishes the VOD "City Council"
    Then the VOD "City Council" passes through pending, processing, failed, pending, processing and completed within 30 seconds
    And the captions of "City Council" are a valid SCC file next to the recording
    And the VOD "City Council" is published and stored with its Cablecast ids
    And Cablecast has one VOD of "City Council" with the stored captions
    And Vera reads the VOD "City Council" as stored in the database

    Examples: what can be wrong with a recording
      | condition |
      | corrupt   |
      | missing   |

  @critical @id.VOD-101
  Scenario Outline: A failure of Cablecast at <operation> is repaired, and the VOD published
    Given Dana has a 5 minute recording of "City Council"
    And Cablecast has the show "City Council" dated today
    And Cablecast responds to "<operation>" with 503 4 times
    And Dana has registered it as a VOD
    And Dana has submitted the VOD "City Council"
    And the VOD "City Council" has become completed
    And Dana has tried to publish the VOD "City Council"
    When Dana publishes the VOD "City Council"
    Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
    And the VOD "City Council" is published and stored with its Cablecast ids
    And Cablecast has one VOD of "City Council" with the stored captions
    And Vera reads the VOD "City Council" as stored in the database

    Examples: each step of the way
      | operation          |
      | finding shows      |
      | creating a VOD     |
      | receiving captions |
