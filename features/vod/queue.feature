@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes @needs.faults @lock.platform
Feature: Captioning queue
  Captioning takes its time, so recordings wait in a queue. An editor can take one back, put one first, hand in
  many at once, and see how many wait.

  Rule: A pending task can be cancelled

    @id.VOD-048
    Scenario: A captioning that is cancelled while it waits never runs
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      And Dana has the submitted VOD "School Board"
      And Dana has cancelled the captioning of the VOD "City Council"
      When the worker is resumed
      Then the VOD "School Board" passes through pending, processing and completed within 30 seconds
      And the captioning job of "City Council" is cancelled after 0 runs
      And the VOD "City Council" has the status "pending"

    @id.VOD-048
    Scenario: Cancelling takes the task back, and changes nothing else
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      When Dana cancels the captioning of the VOD "City Council"
      Then the response is 204
      And exactly these records changed
        | store              | record       | field  | from       | to        |
        | tasks              | City Council |        | {anything} | {absent}  |
        | procrastinate_jobs | City Council | status | todo       | cancelled |

    @id.VOD-048
    Scenario: A cancelled recording can be submitted again
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      And Dana has cancelled the captioning of the VOD "City Council"
      And Dana has submitted the VOD "City Council"
      When the worker is resumed
      Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
      And the captioning job of "City Council" is succeeded after 1 runs

    @id.VOD-048
    Scenario Outline: A captioning that is <state> cannot be cancelled
      Given Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And she has submitted the VOD "City Council"
      And the VOD "City Council" has become <state>
      When Dana cancels the captioning of the VOD "City Council"
      Then the request is rejected as conflicting
      And the VOD "City Council" has the status "<state>"

      Examples: what has begun or ended
        | condition | state      |
        | slow      | processing |
        | clear     | completed  |
        | corrupt   | failed     |

    @id.VOD-048
    Scenario: An unknown captioning task cannot be cancelled
      Given Dana has the VOD "City Council"
      When Dana cancels the captioning of the VOD "City Council"
      Then the request is rejected as not found
      And nothing was changed

    @id.VOD-048
    Scenario: Only editors may cancel a captioning
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      And Vera has read the VOD "City Council"
      When Vera cancels the captioning of the VOD "City Council"
      Then the request is rejected as forbidden
      And nothing was changed

  Rule: A batch of recordings is captioned

    @id.VOD-049
    Scenario Outline: A batch of <number> is captioned
      Given Dana is signed in
      When Dana submits a batch of <number> recordings
      Then all <number> recordings of the batch are captioned

      Examples: from one to the limit
        | number |
        | 1      |
        | 2      |
        | 10     |

    @id.VOD-049
    Scenario Outline: A batch of <number> is rejected and stores nothing
      Given Dana has the VOD "Another"
      When Dana submits a batch of <number> recordings
      Then the request is rejected as invalid in "recordings"
      And nothing was changed

      Examples: none, or too many
        | number |
        | 0      |
        | 11     |
        | 40     |

    @id.VOD-049
    Scenario Outline: The path <path> in a batch is reported, and the rest is captioned
      Given Dana is signed in
      When Dana submits a batch with these recordings
        | title        | file path |
        | City Council |           |
        | School Board | <path>    |
        | Zoning Board |           |
      Then the batch results are
        | title        | invalid field |
        | City Council |               |
        | School Board | file_path     |
        | Zoning Board |               |
      And the VOD "City Council" passes through pending, processing and completed within 30 seconds
      And the VOD "Zoning Board" passes through pending, processing and completed within 30 seconds

      Examples: what no path may be
        | path             |
        | /etc/passwd.wav  |
        | ../secret.wav    |
        | council.exe      |
        | council;exit.wav |

    @id.VOD-049
    Scenario: A missing recording of a batch fails with a reason, the rest is captioned
      Given Dana is signed in
      When Dana submits a batch with these recordings
        | title        | file path     |
        | City Council |               |
        | School Board | forgotten.wav |
      Then the batch results are
        | title        | invalid field |
        | City Council |               |
        | School Board |               |
      And the VOD "School Board" becomes failed because "the media file is missing"
      And the VOD "City Council" passes through pending, processing and completed within 30 seconds

  Rule: Urgent recordings run first

    @id.VOD-050
    Scenario: An urgent recording is captioned before those that wait
      Given the worker is paused
      And Dana has these VODs, oldest first
        | title  | stage     |
        | First  | submitted |
        | Second | submitted |
        | Third  | submitted |
        | Fire   | pending   |
      And Dana has urgently submitted the VOD "Fire"
      When the worker is resumed
      Then the worker runs "Fire, First, Second, Third" in this order

    @id.VOD-050
    Scenario: Of two urgent recordings the older one runs first
      Given the worker is paused
      And Dana has these VODs, oldest first
        | title | stage     |
        | First | submitted |
        | Fire  | pending   |
        | Flood | pending   |
      And Dana has urgently submitted the VOD "Flood"
      And Dana has urgently submitted the VOD "Fire"
      When the worker is resumed
      Then the worker runs "Flood, Fire, First" in this order

    @id.VOD-050
    Scenario: Recordings of one priority run in the order of submission
      Given the worker is paused
      And Dana has these VODs, oldest first
        | title  | stage     |
        | First  | submitted |
        | Second | submitted |
        | Third  | submitted |
      When the worker is resumed
      Then the worker runs "First, Second, Third" in this order

  Rule: Any signed-in user sees the task counts

    @id.VOD-051
    Scenario: All submitted recordings are pending while the worker is paused
      Given the worker is paused
      When Dana submits a batch of 3 recordings
      Then the queue has the task counts
        | pending | processing | completed | failed |
        | 3       | 0          | 0         | 0      |

    @id.VOD-051
    Scenario: Cancelled tasks are not counted
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      And Dana has the submitted VOD "School Board"
      When Dana cancels the captioning of the VOD "City Council"
      Then the queue has the task counts
        | pending | processing | completed | failed |
        | 1       | 0          | 0         | 0      |

    @id.VOD-051
    Scenario Outline: A recording that is <condition> counts as <state>
      Given the worker is paused
      And Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And she has submitted the VOD "City Council"
      When the worker is resumed
      Then the queue has the task counts
        | pending | processing   | completed   | failed   |
        | 0       | <processing> | <completed> | <failed> |

      Examples: on its way, and at its end
        | condition | state      | processing | completed | failed |
        | slow      | processing | 1          | 0         | 0      |
        | clear     | completed  | 0          | 1         | 0      |
        | corrupt   | failed     | 0          | 0         | 1      |

    @id.VOD-051
    Scenario: Deleted VODs do not count
      Given the worker is paused
      And Dana has the submitted VOD "City Council"
      When Dana deletes the VOD "City Council"
      Then the queue has the task counts
        | pending | processing | completed | failed |
        | 0       | 0          | 0         | 0      |
