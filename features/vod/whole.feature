@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes @needs.partners
Feature: From recording to published VOD
  The whole way of a recording, as an editor and a viewer see it, and as it is found in every store.

  @blocker @id.VOD-100
  Scenario: A recording becomes a captioned VOD that viewers find at Cablecast
    Given Dana has a 5 minute recording of "City Council"
    And Cablecast has the show "City Council" of today
    And Dana has registered it as a VOD
    And Dana has handed in the VOD "City Council"
    And the VOD "City Council" has become completed
    When Dana publishes the VOD "City Council"
    Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
    And the captions of "City Council" are a valid SCC file beside the recording
    And the captions of "City Council" say what was said, when it was said, for 5 minutes
    And the summary of "City Council" tells who speaks when, in chunks of five cues
    And the VOD "City Council" is published, with show and VOD of Cablecast noted
    And Cablecast has one VOD of "City Council", with the captions as they were written
    And Cablecast received the captions of "City Council" as a file, with our credentials
    And the captioning of "City Council" is succeeded in the queue and was taken 1 times
    And exactly these records changed
      | store              | record       | field            | from       | to                       |
      | vods               | City Council | show_id          | null       | {a whole number}         |
      | vods               | City Council | cablecast_vod_id | null       | {anything}               |
      | vods               | City Council | published_at     | null       | {a time within 1 minute} |
      | vods               | City Council | updated_at       | {anything} | {anything}               |
      | tasks              | City Council |                  | {absent}   | {anything}               |
      | procrastinate_jobs | City Council |                  | {absent}   | {anything}               |
    And Vera is served the VOD "City Council" as the database has it

  @critical @id.VOD-100
  Scenario: A captioned recording leaves its results in the database, and nothing else
    Given Dana has a 5 minute recording of "City Council"
    And Dana is signed in
    When she has it captioned
    Then exactly these records changed
      | store              | record       | field | from     | to         |
      | vods               | City Council |       | {absent} | {anything} |
      | vod_status_history | City Council |       | {absent} | {anything} |
      | vod_status_history | City Council |       | {absent} | {anything} |
      | transcriptions     | City Council |       | {absent} | {anything} |
      | tasks              | City Council |       | {absent} | {anything} |
      | procrastinate_jobs | City Council |       | {absent} | {anything} |

  @critical @id.VOD-101
  Scenario Outline: The recording is <condition>, is mended, and is published in the end
    Given Dana has a <condition> recording of "City Council"
    And Cablecast has the show "City Council" of today
    And Dana has registered it as a VOD
    And Dana has handed in the VOD "City Council"
    And the VOD "City Council" has become failed
    And the recording of "City Council" has become clear
    And Dana has handed in the VOD "City Council"
    And the VOD "City Council" has become completed
    When Dana publishes the VOD "City Council"
    Then the VOD "City Council" passes through pending, processing, failed, pending, processing and completed within 30 seconds
    And the captions of "City Council" are a valid SCC file beside the recording
    And the VOD "City Council" is published, with show and VOD of Cablecast noted
    And Cablecast has one VOD of "City Council", with the captions as they were written
    And Vera is served the VOD "City Council" as the database has it

    Examples: what can be wrong with a recording
      | condition |
      | corrupt   |
      | missing   |

  @critical @id.VOD-101
  Scenario Outline: Cablecast fails at <operation>, is mended, and has the VOD in the end
    Given Dana has a 5 minute recording of "City Council"
    And Cablecast has the show "City Council" of today
    And Cablecast answers "<operation>" with 503, 4 times
    And Dana has registered it as a VOD
    And Dana has handed in the VOD "City Council"
    And the VOD "City Council" has become completed
    And Dana has tried to publish the VOD "City Council"
    When Dana publishes the VOD "City Council"
    Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
    And the VOD "City Council" is published, with show and VOD of Cablecast noted
    And Cablecast has one VOD of "City Council", with the captions as they were written
    And Vera is served the VOD "City Council" as the database has it

    Examples: each step of the way
      | operation          |
      | finding shows      |
      | creating a VOD     |
      | receiving captions |
