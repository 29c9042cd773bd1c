@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes @needs.faults @lock.platform
Feature: The queue of captionings
  Captioning takes its time, so recordings wait in a queue. An editor can take one back, put one first, hand in
  many at once, and see how many wait.

  Rule: What waits can be taken back

    @id.VOD-048
    Scenario: A captioning that is cancelled while it waits never runs
      Given the worker is paused
      And the handed-in VOD "City Council" of Dana
      And the handed-in VOD "School Board" of Dana
      And Dana has cancelled the captioning of the VOD "City Council"
      When the worker goes on
      Then the VOD "School Board" passes through pending, processing and completed within 30 seconds
      And the captioning of "City Council" is cancelled in the queue and was taken 0 times
      And the VOD "City Council" is still pending

    @id.VOD-048
    Scenario: Cancelling takes the task back, and changes nothing else
      Given the worker is paused
      And the handed-in VOD "City Council" of Dana
      When Dana cancels the captioning of the VOD "City Council"
      Then she is told that it is done
      And exactly these records changed
        | store              | record       | field  | from       | to        |
        | tasks              | City Council |        | {anything} | {absent}  |
        | procrastinate_jobs | City Council | status | todo       | cancelled |

    @id.VOD-048
    Scenario: What was cancelled can be handed in again
      Given the worker is paused
      And the handed-in VOD "City Council" of Dana
      And Dana has cancelled the captioning of the VOD "City Council"
      And Dana has handed in the VOD "City Council"
      When the worker goes on
      Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
      And the captioning of "City Council" is succeeded in the queue and was taken 1 times

    @id.VOD-048
    Scenario Outline: A captioning that is <state> cannot be cancelled
      Given Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And she has handed in the VOD "City Council"
      And the VOD "City Council" has become <state>
      When Dana cancels the captioning of the VOD "City Council"
      Then she is told that the present state forbids it
      And the VOD "City Council" is still <state>

      Examples: what has begun or ended
        | condition | state      |
        | slow      | processing |
        | clear     | completed  |
        | corrupt   | failed     |

    @id.VOD-048
    Scenario: A captioning that nobody asked for cannot be cancelled
      Given the VOD "City Council" of Dana
      When Dana cancels the captioning of the VOD "City Council"
      Then she is told that it does not exist
      And nothing was changed

    @id.VOD-048
    Scenario: Nobody but an editor cancels a captioning
      Given the worker is paused
      And the handed-in VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      When Vera cancels the captioning of the VOD "City Council"
      Then she is told that it may not
      And nothing was changed

  Rule: Many recordings can be handed in at once

    @id.VOD-049
    Scenario Outline: A batch of <number> is captioned
      Given Dana is signed in
      When Dana hands in a batch of <number> recordings
      Then all <number> recordings of the batch are captioned

      Examples: from one to the limit
        | number |
        | 1      |
        | 2      |
        | 10     |

    @id.VOD-049
    Scenario Outline: A batch of <number> is refused, and nothing of it is kept
      Given the VOD "Another" of Dana
      When Dana hands in a batch of <number> recordings
      Then she is told that "recordings" is invalid
      And nothing was changed

      Examples: none, or too many
        | number |
        | 0      |
        | 11     |
        | 40     |

    @id.VOD-049
    Scenario Outline: The path <path> in a batch is reported, and the rest is captioned
      Given Dana is signed in
      When Dana hands in a batch with these recordings
        | title        | file path |
        | City Council |           |
        | School Board | <path>    |
        | Zoning Board |           |
      Then the batch is answered so
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
      When Dana hands in a batch with these recordings
        | title        | file path     |
        | City Council |               |
        | School Board | forgotten.wav |
      Then the batch is answered so
        | title        | invalid field |
        | City Council |               |
        | School Board |               |
      And the VOD "School Board" becomes failed because "the media file is missing"
      And the VOD "City Council" passes through pending, processing and completed within 30 seconds

  Rule: What is urgent comes first

    @id.VOD-050
    Scenario: An urgent recording is captioned before those that wait
      Given the worker is paused
      And these VODs of Dana, oldest first
        | title  | stage     |
        | First  | handed-in |
        | Second | handed-in |
        | Third  | handed-in |
        | Fire   | pending   |
      And Dana has urgently handed in the VOD "Fire"
      When the worker goes on
      Then the worker takes "Fire, First, Second, Third" in this order

    @id.VOD-050
    Scenario: Of two urgent recordings the one that waits longer is captioned first
      Given the worker is paused
      And these VODs of Dana, oldest first
        | title | stage     |
        | First | handed-in |
        | Fire  | pending   |
        | Flood | pending   |
      And Dana has urgently handed in the VOD "Flood"
      And Dana has urgently handed in the VOD "Fire"
      When the worker goes on
      Then the worker takes "Flood, Fire, First" in this order

    @id.VOD-050
    Scenario: Without an urgent one they are captioned in the order they were handed in
      Given the worker is paused
      And these VODs of Dana, oldest first
        | title  | stage     |
        | First  | handed-in |
        | Second | handed-in |
        | Third  | handed-in |
      When the worker goes on
      Then the worker takes "First, Second, Third" in this order

  Rule: Everybody sees how many wait, run and have ended

    @id.VOD-051
    Scenario: While the worker is paused all that is handed in waits
      Given the worker is paused
      When Dana hands in a batch of 3 recordings
      Then the queue counts
        | pending | processing | completed | failed |
        | 3       | 0          | 0         | 0      |

    @id.VOD-051
    Scenario: What was cancelled does not count
      Given the worker is paused
      And the handed-in VOD "City Council" of Dana
      And the handed-in VOD "School Board" of Dana
      When Dana cancels the captioning of the VOD "City Council"
      Then the queue counts
        | pending | processing | completed | failed |
        | 1       | 0          | 0         | 0      |

    @id.VOD-051
    Scenario Outline: A recording that is <condition> counts as <state>
      Given the worker is paused
      And Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And she has handed in the VOD "City Council"
      When the worker goes on
      Then the queue counts
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
      And the handed-in VOD "City Council" of Dana
      When Dana deletes the VOD "City Council"
      Then the queue counts
        | pending | processing | completed | failed |
        | 0       | 0          | 0         | 0      |
