@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Captioning a recorded meeting
  Residents who cannot hear a meeting read it. A recording is captioned before anyone can watch it; the editor only
  submits it.

  Rule: A readable recording becomes a captioned VOD

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

      Examples: readable recordings
        | condition |
        | slow      |
        | silent    |

    @smoke @critical @id.VOD-041
    Scenario: Captions have the spoken words at their times
      Given Dana has a 5 minute recording of "City Council"
      When she captions it
      Then the captions of "City Council" are a valid SCC file next to the recording
      And the captions of "City Council" have the spoken words at their times for 5 minutes

    @id.VOD-041
    Scenario Outline: Captions of <minutes> minutes cover the meeting with its words
      Given Dana has a <minutes> minute recording of "<title>"
      When she captions it
      Then the captions of "<title>" are a valid SCC file next to the recording
      And the captions of "<title>" have the spoken words at their times for <minutes> minutes

      Examples: from seconds to two hours; drop-frame time codes skip numbers
        | minutes | title            |
        | 0.1     | Opening Words    |
        | 1.5     | Moment of Thanks |
        | 11      | Planning Board   |
        | 61      | School Board     |
        | 120     | Budget Hearing   |

    @smoke @critical @id.VOD-042
    Scenario: A summary is made from the captions
      Given Dana has a 5 minute recording of "City Council"
      When she captions it
      Then the summary of "City Council" has speaker and start of every five cues

    @id.VOD-042
    Scenario Outline: A meeting of <minutes> minutes has its summary
      Given Dana has a <minutes> minute recording of "<title>"
      When she captions it
      Then the summary of "<title>" has speaker and start of every five cues

      Examples: less than one chunk, many chunks
        | minutes | title          |
        | 0.1     | Opening Words  |
        | 20      | Planning Board |

    @id.VOD-045
    Scenario: A silent recording gets a placeholder
      Given Dana has a silent recording of "Empty Chamber"
      When she captions it
      Then the captions of "Empty Chamber" are a valid SCC file next to the recording
      And the captions of "Empty Chamber" are the single cue "[No speech detected]"

  Rule: Users follow the progress of a captioning

    @critical @id.VOD-043 @needs.faults @lock.platform
    Scenario: A captioning that waits is visible
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      When Vera requests the captioning task of the VOD "City Council"
      Then the response has
        | path     | value     |
        | status   | "pending" |
        | progress | 0         |

    @id.VOD-043
    Scenario: A captioning that is under way is visible
      Given Dana has a slow recording of "City Council"
      And she has registered it as a VOD
      And she has submitted the VOD "City Council"
      And the VOD "City Council" has become processing
      When Vera requests the captioning task of the VOD "City Council"
      Then the response has
        | path   | value        |
        | status | "processing" |

    @id.VOD-043
    Scenario: A captioning that has ended well is visible
      Given Dana has the captioned VOD "City Council"
      When Vera requests the captioning task of the VOD "City Council"
      Then the response has
        | path     | value       |
        | status   | "completed" |
        | progress | 100         |
        | error    | null        |

    @id.VOD-043
    Scenario: A captioning that has failed is visible
      Given Dana has a corrupt recording of "City Council"
      And she has registered it as a VOD
      And she has submitted the VOD "City Council"
      And the VOD "City Council" has become failed
      When Vera requests the captioning task of the VOD "City Council"
      Then the response has
        | path   | value                      |
        | status | "failed"                   |
        | error  | "the media cannot be read" |

    @id.VOD-043
    Scenario: An unknown captioning task is not found
      Given Dana has the VOD "City Council"
      When Dana requests the captioning task of the VOD "City Council"
      Then the request is rejected as not found

    @id.VOD-043
    Scenario Outline: <deed>: a VOD without captions has none
      Given Dana has the VOD "City Council"
      When Dana <deed> the VOD "City Council"
      Then the request is rejected as not found

      Examples: files of captioning
        | deed                     |
        | requests the captions of |
        | requests the summary of  |

  Rule: A recording is captioned once

    @id.VOD-044 @needs.faults @lock.platform
    Scenario: A recording that is submitted again while pending is captioned once
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      And Dana has submitted the VOD "City Council"
      When the worker is resumed
      Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
      And the captioning job of "City Council" is succeeded after 1 runs

    @id.VOD-044
    Scenario: Submitting a captioned recording again changes nothing
      Given Dana has the captioned VOD "City Council"
      When Dana submits the VOD "City Council"
      Then the response is 200
      And nothing was changed

    @id.VOD-044 @needs.faults @lock.platform
    Scenario: A recording that ten clients submit is captioned once
      Given the worker is paused
      And Dana has the VOD "City Council"
      When Dana sends 20 submissions of the VOD "City Council" from 10 concurrent clients
      Then 20 responses have the status 202 and the same "task_id"
      And exactly these records changed
        | store              | record       | field | from     | to         |
        | tasks              | City Council |       | {absent} | {anything} |
        | procrastinate_jobs | City Council |       | {absent} | {anything} |

  Rule: An unreadable recording fails with a reason

    @id.VOD-046
    Scenario Outline: A <condition> recording fails with a reason
      Given Dana has a <condition> recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" becomes failed because "<reason>"

      Examples: defects of a recording
        | condition | reason                    |
        | corrupt   | the media cannot be read  |
        | cut off   | the media cannot be read  |
        | empty     | the media file is empty   |
        | missing   | the media file is missing |

    @id.VOD-046 @needs.faults @lock.platform
    Scenario Outline: After a <condition> recording the worker runs the next job
      Given the worker is paused
      And Dana has a <condition> recording of "School Board"
      And she has registered it as a VOD
      And she has submitted the VOD "School Board"
      And Dana has the submitted VOD "City Council"
      When the worker is resumed
      Then the VOD "School Board" becomes failed because "<reason>"
      And the VOD "City Council" passes through pending, processing and completed within 30 seconds
      And the captioning job of "School Board" is succeeded after 1 runs

      Examples: defects of a recording
        | condition | reason                    |
        | corrupt   | the media cannot be read  |
        | cut off   | the media cannot be read  |
        | empty     | the media file is empty   |
        | missing   | the media file is missing |

    @id.VOD-047
    Scenario Outline: A repaired <condition> recording is captioned after resubmission
      Given Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And she has submitted the VOD "City Council"
      And the VOD "City Council" has become failed
      And the recording of "City Council" has been replaced by a clear one
      When Dana submits the VOD "City Council"
      Then the VOD "City Council" passes through pending, processing, failed, pending, processing and completed within 30 seconds
      And the captions of "City Council" are a valid SCC file next to the recording

      Examples: defects of a recording
        | condition |
        | corrupt   |
        | cut off   |
        | empty     |
        | missing   |

    @id.VOD-047
    Scenario: A VOD that an editor set to failed is captioned after resubmission
      Given Dana has the failed VOD "City Council"
      When Dana submits the VOD "City Council"
      Then the VOD "City Council" passes through pending, processing, failed, pending, processing and completed within 30 seconds

    @id.VOD-047
    Scenario Outline: A VOD that an editor set to <stage> cannot be submitted
      Given Dana has the <stage> VOD "City Council"
      When Dana submits the VOD "City Council"
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: states that only the worker sets
        | stage      |
        | processing |
        | completed  |
