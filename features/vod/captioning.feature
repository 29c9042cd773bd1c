@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Captioning a recorded meeting
  Residents who cannot hear the meeting read it. A recording is therefore captioned before anyone can watch
  it, without an editor doing more than handing it in.

  Rule: A recording that can be transcribed becomes a captioned VOD

    @smoke @blocker @id.VOD-040
    Scenario: A council meeting is captioned from its recording
      Given Dana has a 5 minute recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" passes through pending, processing and completed within 30 seconds

    @id.VOD-040
    Scenario Outline: A <condition> recording is captioned, its progress never going back
      Given Dana has a <condition> recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" passes through pending, processing and completed within 30 seconds

      Examples: what can be transcribed
        | condition |
        | slow      |
        | silent    |

    @smoke @critical @id.VOD-041
    Scenario: The captions say what was said, when it was said
      Given Dana has a 5 minute recording of "City Council"
      When she has it captioned
      Then the captions of "City Council" are a valid SCC file beside the recording
      And the captions of "City Council" say what was said, when it was said, for 5 minutes

    @id.VOD-041
    Scenario Outline: Captions of <minutes> minutes cover the meeting, and say what was said
      Given Dana has a <minutes> minute recording of "<title>"
      When she has it captioned
      Then the captions of "<title>" are a valid SCC file beside the recording
      And the captions of "<title>" say what was said, when it was said, for <minutes> minutes

      Examples: from a few seconds to two hours; drop-frame time codes leave numbers out at each minute but every tenth
        | minutes | title            |
        | 0.1     | Opening Words    |
        | 1.5     | Moment of Thanks |
        | 11      | Planning Board   |
        | 61      | School Board     |
        | 120     | Budget Hearing   |

    @smoke @critical @id.VOD-042
    Scenario: A summary is made from the captions
      Given Dana has a 5 minute recording of "City Council"
      When she has it captioned
      Then the summary of "City Council" tells who speaks when, in chunks of five cues

    @id.VOD-042
    Scenario Outline: A meeting of <minutes> minutes has its summary
      Given Dana has a <minutes> minute recording of "<title>"
      When she has it captioned
      Then the summary of "<title>" tells who speaks when, in chunks of five cues

      Examples: less than a chunk, and many
        | minutes | title          |
        | 0.1     | Opening Words  |
        | 20      | Planning Board |

    @id.VOD-045
    Scenario: A recording in which nobody speaks gets a placeholder
      Given Dana has a silent recording of "Empty Chamber"
      When she has it captioned
      Then the captions of "Empty Chamber" are a valid SCC file beside the recording
      And the captions of "Empty Chamber" are the one cue "[No speech detected]"

  Rule: An editor sees how far it is

    @critical @id.VOD-043 @needs.faults @lock.platform
    Scenario: A captioning that waits is visible
      Given the worker is paused
      And the handed-in VOD "City Council" of Dana
      When Vera asks for the captioning of the VOD "City Council"
      Then she sees the status "pending"
      And she sees the progress 0

    @id.VOD-043
    Scenario: A captioning that is under way is visible
      Given Dana has a slow recording of "City Council"
      And she has registered it as a VOD
      And she has handed in the VOD "City Council"
      And the VOD "City Council" has become processing
      When Vera asks for the captioning of the VOD "City Council"
      Then she sees the status "processing"

    @id.VOD-043
    Scenario: A captioning that has ended well is visible
      Given the captioned VOD "City Council" of Dana
      When Vera asks for the captioning of the VOD "City Council"
      Then she sees the status "completed"
      And she sees the progress 100
      And she sees the reason null

    @id.VOD-043
    Scenario: A captioning that has failed is visible
      Given Dana has a corrupt recording of "City Council"
      And she has registered it as a VOD
      And she has handed in the VOD "City Council"
      And the VOD "City Council" has become failed
      When Vera asks for the captioning of the VOD "City Council"
      Then she sees the status "failed"
      And she sees the reason "the media cannot be read"

    @id.VOD-043
    Scenario: A captioning that nobody asked for is unknown
      Given the VOD "City Council" of Dana
      When Dana asks for the captioning of the VOD "City Council"
      Then she is told that it does not exist

    @id.VOD-043
    Scenario Outline: Whoever <deed> a VOD that is not captioned gets none
      Given the VOD "City Council" of Dana
      When Dana <deed> the VOD "City Council"
      Then she is told that it does not exist

      Examples: what captioning makes
        | deed                     |
        | asks for the captions of |
        | asks for the summary of  |

  Rule: A recording is captioned once

    @id.VOD-044 @needs.faults @lock.platform
    Scenario: Handed in again while it waits, it is captioned once
      Given the worker is paused
      And the handed-in VOD "City Council" of Dana
      And Dana has handed in the VOD "City Council"
      When the worker goes on
      Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
      And the captioning of "City Council" is succeeded in the queue and was taken 1 times

    @id.VOD-044
    Scenario: Handed in again when it is captioned, it stays as it is
      Given the captioned VOD "City Council" of Dana
      When Dana hands in the VOD "City Council"
      Then she is told that it is done already
      And nothing was changed

    @id.VOD-044 @needs.faults @lock.platform
    Scenario: Handed in by ten at once, it is captioned once
      Given the worker is paused
      And the VOD "City Council" of Dana
      When Dana sends 20 hand-ins of the VOD "City Council", 10 at once
      Then 20 answers are 202, with the same "task_id"
      And exactly these records changed
        | store              | record       | field | from     | to         |
        | tasks              | City Council |       | {absent} | {anything} |
        | procrastinate_jobs | City Council |       | {absent} | {anything} |

  Rule: A recording that cannot be transcribed fails with a reason an editor understands

    @id.VOD-046
    Scenario Outline: A recording that is <condition> fails, and says why
      Given Dana has a <condition> recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" becomes failed because "<reason>"

      Examples: what can be wrong with a recording
        | condition | reason                    |
        | corrupt   | the media cannot be read  |
        | cut off   | the media cannot be read  |
        | empty     | the media file is empty   |
        | missing   | the media file is missing |

    @id.VOD-046 @needs.faults @lock.platform
    Scenario Outline: After a recording that is <condition> the worker goes on with the next
      Given the worker is paused
      And Dana has a <condition> recording of "School Board"
      And she has registered it as a VOD
      And she has handed in the VOD "School Board"
      And the handed-in VOD "City Council" of Dana
      When the worker goes on
      Then the VOD "School Board" becomes failed because "<reason>"
      And the VOD "City Council" passes through pending, processing and completed within 30 seconds
      And the captioning of "School Board" is succeeded in the queue and was taken 1 times

      Examples: what can be wrong with a recording
        | condition | reason                    |
        | corrupt   | the media cannot be read  |
        | cut off   | the media cannot be read  |
        | empty     | the media file is empty   |
        | missing   | the media file is missing |

    @id.VOD-047
    Scenario Outline: A recording that was <condition> is handed in again, mended, and captioned
      Given Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And she has handed in the VOD "City Council"
      And the VOD "City Council" has become failed
      And the recording of "City Council" has become clear
      When Dana hands in the VOD "City Council"
      Then the VOD "City Council" passes through pending, processing, failed, pending, processing and completed within 30 seconds
      And the captions of "City Council" are a valid SCC file beside the recording

      Examples: what can be wrong with a recording
        | condition |
        | corrupt   |
        | cut off   |
        | empty     |
        | missing   |

    @id.VOD-047
    Scenario: A VOD that an editor set to failed is handed in again and captioned
      Given the failed VOD "City Council" of Dana
      When Dana hands in the VOD "City Council"
      Then the VOD "City Council" passes through pending, processing, failed, pending, processing and completed within 30 seconds

    @id.VOD-047
    Scenario Outline: A VOD that an editor set to <stage> cannot be handed in
      Given the <stage> VOD "City Council" of Dana
      When Dana hands in the VOD "City Council"
      Then she is told that the present state forbids it
      And nothing was changed

      Examples: what only the worker should do
        | stage      |
        | processing |
        | completed  |
