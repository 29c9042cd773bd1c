@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Registering a recording
  An editor registers the recording of a meeting as a VOD. From then on every signed-in user can find it, and the
  platform tracks its status.

  Rule: A VOD is stored and shown as registered

    @smoke @blocker @id.VOD-001
    Scenario: A recording is registered and stored
      Given Dana has a 5 minute recording of "City Council"
      When she registers it as a VOD
      Then the VOD "City Council" is stored as pending with the values that Dana registered

    @id.VOD-002
    Scenario Outline: A new VOD has <field> <value>
      Given Dana has a 5 minute recording of "City Council"
      When she registers it as a VOD
      Then the VOD "City Council" has the <field> <value>

      Examples: initial values
        | field    | value     |
        | status   | "pending" |
        | progress | 0         |
        | error    | null      |
        | show     | null      |

    @id.VOD-003
    Scenario Outline: The <field> <value> is stored as sent
      When Dana registers the VOD "City Council" with the <field> <value>
      Then the VOD "City Council" has the <field> <value>

      Examples: in seconds
        | field    | value    |
        | duration | 0        |
        | duration | 0.04     |
        | duration | 5400     |
        | duration | 86400.25 |
        | duration | 604800   |
        | duration | 0.001    |
        | duration | null     |

      Examples: in bytes, up to the limit of a file system
        | field     | value               |
        | file size | 0                   |
        | file size | 1                   |
        | file size | 5368709120          |
        | file size | 4294967296          |
        | file size | 9223372036854775807 |
        | file size | null                |

    @smoke @critical @id.VOD-004
    Scenario: A viewer reads what an editor registered
      Given Dana has the VOD "City Council"
      When Vera reads the VOD "City Council"
      Then the response has the registered values of "City Council"

    @id.VOD-004
    Scenario Outline: <who> reads a VOD as registered
      Given Dana has the VOD "City Council"
      When <who> reads the VOD "City Council"
      Then the response has the registered values of "City Council"

      Examples: every other role
        | who  |
        | Dana |
        | Omar |
        | Ravi |

    @id.VOD-012
    Scenario Outline: A title of <title> is stored as sent
      When Dana registers the VOD "City Council" with the title <title>
      Then the VOD "City Council" has the title <title>

      Examples: short, long, in several scripts
        | title                          |
        | {a text of 1 character}        |
        | {a text of 255 characters}     |
        | "Fête de la musique 🎉🎶"        |
        | "ישיבת מועצת העיר"             |
        | "مجلس المدينة"                 |
        | "市议会会议"                        |
        | "Sitting  of  two  blanks"     |
        | "Городской совет"              |
        | "O'Brien <b>&amp;</b> 100% \\" |
        | "Robert'); DROP TABLE vods;--" |
        | "e\u0302 and ﬁ, not ê and fi"  |

    @id.VOD-012
    Scenario: White space around a title is removed
      When Dana registers the VOD "City Council" with the title "  School Board  "
      Then the VOD "City Council" has the title "School Board"

    @id.VOD-013
    Scenario Outline: The file path <path> is accepted
      When Dana registers the VOD "City Council" with the file path <path>
      Then the VOD "City Council" has the file path <path>

      Examples: valid paths
        | path                         |
        | "council.mp4"                |
        | "council.MOV"                |
        | "a.mpg"                      |
        | "council.2026-11-20.mp4"     |
        | "2026/november/council.mkv"  |
        | "City Council, 2nd part.mpg" |
        | "séance-du-conseil.v2.wav"   |

  Rule: Any signed-in user finds a VOD in the list

    @critical @id.VOD-005
    Scenario: A registered VOD is in the list
      Given Dana has the VOD "City Council"
      When Vera lists the VODs with limit 1, offset 0 and status {absent}
      Then the VODs "City Council" are returned in this order with the right total

    @id.VOD-006 @lock.platform
    Scenario Outline: <limit> VODs after the first <offset>, of the status <status>, are <shown>
      Given Dana has these VODs, oldest first
        | title  | stage      |
        | First  | failed     |
        | Second | pending    |
        | Third  | processing |
        | Fourth | completed  |
        | Fifth  | failed     |
        | Sixth  | pending    |
      When Vera lists the VODs with limit <limit>, offset <offset> and status <status>
      Then the VODs <shown> are returned in this order with the right total

      Examples: pages, newest first
        | limit | offset | status   | shown                                        |
        | 2     | 0      | {absent} | "Sixth, Fifth"                               |
        | 2     | 2      | {absent} | "Fourth, Third"                              |
        | 2     | 4      | {absent} | "Second, First"                              |
        | 6     | 0      | {absent} | "Sixth, Fifth, Fourth, Third, Second, First" |
        | 1     | 5      | {absent} | "First"                                      |
        | 20    | 100000 | {absent} | ""                                           |

      Examples: one state
        | limit | offset | status       | shown           |
        | 2     | 0      | "failed"     | "Fifth, First"  |
        | 1     | 1      | "failed"     | "First"         |
        | 2     | 0      | "pending"    | "Sixth, Second" |
        | 1     | 0      | "processing" | "Third"         |
        | 1     | 0      | "completed"  | "Fourth"        |

    @id.VOD-006
    Scenario Outline: Limit <limit>, offset <offset> and status <status> are rejected
      Given Dana has the VOD "City Council"
      When Vera lists the VODs with limit <limit>, offset <offset> and status <status>
      Then the request is rejected as invalid in "<field>"

      Examples: invalid parameters
        | limit  | offset | status     | field  |
        | 0      | 0      | {absent}   | limit  |
        | 101    | 0      | {absent}   | limit  |
        | -1     | 0      | {absent}   | limit  |
        | ""     | 0      | {absent}   | limit  |
        | "many" | 0      | {absent}   | limit  |
        | 1.5    | 0      | {absent}   | limit  |
        | 20     | -1     | {absent}   | offset |
        | 20     | "all"  | {absent}   | offset |
        | 20     | 0      | "finished" | status |

  Rule: A change affects the given fields only

    @critical @id.VOD-007
    Scenario Outline: A VOD that is <from> becomes <to>
      Given Dana has the <from> VOD "City Council"
      And Vera has read the VOD "City Council"
      When Dana changes the status of the VOD "City Council" to "<to>"
      Then the VOD "City Council" has the status "<to>"
      And Vera reads the VOD "City Council" as stored in the database

      Examples: the usual transitions
        | from       | to         |
        | pending    | processing |
        | processing | completed  |
        | processing | failed     |
        | failed     | pending    |

    @id.VOD-008
    Scenario Outline: A change of the <field> leaves everything else alone
      Given Dana has the VOD "City Council"
      When Dana changes the <field> of the VOD "City Council" to <value>
      Then exactly these records changed
        | store | record       | field      | from       | to         |
        | vods  | City Council | <column>   | {anything} | <shown>    |
        | vods  | City Council | updated_at | {anything} | {anything} |

      Examples: one field at a time
        | field     | column    | value          | shown        |
        | title     | title     | "School Board" | School Board |
        | duration  | duration  | 90             | 90           |
        | duration  | duration  | null           | null         |
        | file size | file_size | 1024           | 1024         |

    @id.VOD-008
    Scenario: A change of the status adds a history entry and changes nothing else
      Given Dana has the VOD "City Council"
      When Dana changes the status of the VOD "City Council" to "processing"
      Then exactly these records changed
        | store              | record       | field      | from       | to         |
        | vods               | City Council | status     | pending    | processing |
        | vods               | City Council | updated_at | {anything} | {anything} |
        | vod_status_history | City Council |            | {absent}   | {anything} |

    @id.VOD-009
    Scenario Outline: A deleted <stage> VOD is removed from every store
      Given Dana has the <stage> VOD "City Council"
      And Vera has read the VOD "City Council"
      When Dana deletes the VOD "City Council"
      Then the VOD "City Council" is deleted from the API, the list and every store

      Examples: every stage
        | stage      |
        | pending    |
        | processing |
        | failed     |
        | captioned  |

  Rule: Invalid requests are rejected and change nothing

    @id.VOD-010
    Scenario Outline: An unknown VOD is not found: <deed>
      Given Dana has the unregistered VOD "City Council"
      When Dana <deed> the VOD "City Council"
      Then the request is rejected as not found
      And nothing was changed

      Examples: each operation
        | deed                          |
        | reads                         |
        | renames                       |
        | deletes                       |
        | submits                       |
        | urgently submits              |
        | publishes                     |
        | links                         |
        | unlinks                       |
        | requests the show of          |
        | requests the transcription of |
        | requests the captions of      |
        | requests the summary of       |

    @smoke @critical @id.VOD-011
    Scenario: An unknown status is rejected and the old one stays
      Given Dana has the VOD "City Council"
      When Dana changes the status of the VOD "City Council" to "finished"
      Then the request is rejected as invalid in "status"
      And the VOD "City Council" has the status "pending"
      And nothing was changed

    @id.VOD-011
    Scenario Outline: The status <status> is rejected and the old one stays
      Given Dana has the VOD "City Council"
      When Dana changes the status of the VOD "City Council" to <status>
      Then the request is rejected as invalid in "status"
      And the VOD "City Council" has the status "pending"
      And nothing was changed

      Examples: invalid states
        | status         |
        | ""             |
        | "PENDING"      |
        | "processing "  |
        | "cancelled"    |
        | null           |
        | 1              |
        | ["processing"] |

    @id.VOD-012
    Scenario Outline: A title of <title> is rejected
      Given Dana has the VOD "Another"
      When Dana registers the VOD "City Council" with the title <title>
      Then the request is rejected as invalid in "title"
      And nothing was changed

      Examples: invalid titles
        | title                       |
        | {absent}                    |
        | ""                          |
        | "   "                       |
        | {a text of 256 characters}  |
        | {a text of 1000 characters} |
        | null                        |
        | 42                          |
        | true                        |
        | ["City Council"]            |
        | false                       |
        | 0                           |
        | "\t\n"                      |
        | "\u0000"                    |
        | "City\u0000Hall"            |
        | "half \ud83d"               |

    @id.VOD-013
    Scenario Outline: The file path <path> is rejected
      Given Dana has the VOD "Another"
      When Dana registers the VOD "City Council" with the file path <path>
      Then the request is rejected as invalid in "file_path"
      And nothing was changed

      Examples: not a path
        | path     |
        | {absent} |
        | ""       |
        | null     |
        | 42       |

      Examples: outside the media storage
        | path                    |
        | "/etc/passwd.wav"       |
        | "../secret.wav"         |
        | "2026/../../secret.wav" |
        | "./council.wav"         |
        | "2026//council.wav"     |
        | "C:\\council.wav"       |

      Examples: shell characters
        | path                         |
        | "council;reboot.wav"         |
        | "$(reboot).wav"              |
        | "`reboot`.wav"               |
        | "council>log.wav"            |
        | "council&.wav"               |
        | "a*.wav"                     |
        | "council\|mail.wav"          |
        | "council'.wav"               |
        | "~root/council.wav"          |
        | "{an opening brace}a,b}.wav" |
        | "council?.wav"               |
        | "council!.wav"               |
        | "#council.wav"               |
        | "line\nbreak.wav"            |
        | "nul\u0000.wav"              |

      Examples: not a media file
        | path             |
        | "council"        |
        | "council.exe"    |
        | "council.wav.sh" |
        | ".wav"           |
        | "wav"            |

    @id.VOD-014
    Scenario Outline: The <field> <value> is rejected
      Given Dana has the VOD "Another"
      When Dana registers the VOD "City Council" with the <field> <value>
      Then the request is rejected as invalid in "<name>"
      And nothing was changed

      Examples: invalid durations
        | field    | name     | value  |
        | duration | duration | -1     |
        | duration | duration | -0.001 |
        | duration | duration | "60"   |
        | duration | duration | true   |
        | duration | duration | [60]   |
        | duration | duration | "long" |
        | duration | duration | ""     |
        | duration | duration | false  |

      Examples: invalid sizes
        | field     | name      | value               |
        | file size | file_size | -1                  |
        | file size | file_size | 1.5                 |
        | file size | file_size | "1024"              |
        | file size | file_size | true                |
        | file size | file_size | 9223372036854775808 |
        | file size | file_size | [1024]              |
        | file size | file_size | ""                  |

    @id.VOD-015
    Scenario Outline: <what> is rejected with the error envelope
      Given Dana has the VOD "Another"
      When Dana sends POST /api/vod/create as "application/json"
        """
        <text>
        """
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: not a JSON object
        | what                  | field | text                                              |
        | Text that is no JSON  | body  | title: City Council                               |
        | JSON that breaks off  | body  | {"title": "City Council", "file_path":            |
        | A list                | body  | [{"title": "City Council", "file_path": "a.wav"}] |
        | A number              | body  | 42                                                |
        | Nothing but null      | body  | null                                              |
        | A field without value | body  | {"title": }                                       |

      Examples: unknown fields
        | what                   | field      | text                                                                   |
        | An unknown field       | colour     | {"title": "City Council", "file_path": "a.wav", "colour": "red"}       |
        | A status of one's own  | status     | {"title": "City Council", "file_path": "a.wav", "status": "completed"} |
        | An id of one's own     | id         | {"title": "City Council", "file_path": "a.wav", "id": "42"}            |
        | A creator of one's own | created_by | {"title": "City Council", "file_path": "a.wav", "created_by": "Vera"}  |

    @id.VOD-015
    Scenario Outline: A change of the read-only <field> is rejected
      Given Dana has the VOD "City Council"
      When Dana changes the <field> of the VOD "City Council" to <value>
      Then the request is rejected as invalid in "<name>"
      And nothing was changed

      Examples: read-only and unknown fields
        | field         | name      | value       |
        | progress      | progress  | 100         |
        | error         | error     | "none"      |
        | show          | show_id   | 7           |
        | file path     | file_path | "other.wav" |
        | unknown field | colour    | "red"       |

    @critical @id.VOD-016
    Scenario Outline: A VOD that is <from> cannot become <to>
      Given Dana has the <from> VOD "City Council"
      When Dana changes the status of the VOD "City Council" to "<to>"
      Then the request is rejected as conflicting
      And the VOD "City Council" has the status "<from>"
      And nothing was changed

      Examples: every pair of states except the four allowed ones
        | from       | to         |
        | pending    | pending    |
        | pending    | completed  |
        | pending    | failed     |
        | processing | pending    |
        | processing | processing |
        | completed  | pending    |
        | completed  | processing |
        | completed  | completed  |
        | completed  | failed     |
        | failed     | processing |
        | failed     | completed  |
        | failed     | failed     |

  Rule: Only editors may change VODs

    @id.VOD-022
    Scenario Outline: <who> is not an editor and cannot change a VOD: <deed>
      Given Dana has the VOD "City Council"
      And <who> has read the VOD "City Council"
      When <who> <deed> the VOD "City Council"
      Then the request is rejected as forbidden
      And nothing was changed

      Examples: viewers and researchers
        | who  | deed                      |
        | Vera | renames                   |
        | Vera | deletes                   |
        | Vera | submits                   |
        | Vera | urgently submits          |
        | Vera | publishes                 |
        | Vera | links                     |
        | Vera | unlinks                   |
        | Vera | cancels the captioning of |
        | Ravi | renames                   |
        | Ravi | deletes                   |
        | Ravi | submits                   |
        | Ravi | urgently submits          |
        | Ravi | publishes                 |
        | Ravi | links                     |
        | Ravi | unlinks                   |
        | Ravi | cancels the captioning of |

    @id.VOD-022
    Scenario Outline: An unauthenticated request is rejected: <deed>
      Given Dana has the VOD "City Council"
      When Mallory <deed> the VOD "City Council"
      Then the request is rejected as unauthenticated
      And nothing was changed

      Examples: reads included
        | deed                            |
        | reads                           |
        | renames                         |
        | deletes                         |
        | submits                         |
        | urgently submits                |
        | publishes                       |
        | links                           |
        | unlinks                         |
        | requests the show of            |
        | requests the transcription of   |
        | requests the captions of        |
        | requests the summary of         |
        | requests the captioning task of |
        | cancels the captioning of       |
