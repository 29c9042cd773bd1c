@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Taking a recording in
  An editor registers the recording of a meeting as a VOD. From then on everybody who is signed in can find
  it, and the platform knows what has become of it.

  Rule: What an editor registers is stored and shown as it was registered

    @smoke @blocker @id.VOD-001
    Scenario: A recording is registered and stored
      Given Dana has a 5 minute recording of "City Council"
      When she registers it as a VOD
      Then the VOD "City Council" is stored as pending, as Dana registered it

    @id.VOD-002
    Scenario Outline: A new VOD has <field> <value>
      Given Dana has a 5 minute recording of "City Council"
      When she registers it as a VOD
      Then the VOD "City Council" has the <field> <value>

      Examples: nothing has happened to it yet
        | field    | value     |
        | status   | "pending" |
        | progress | 0         |
        | reason   | null      |
        | show     | null      |

    @id.VOD-003
    Scenario Outline: The <field> <value> is kept as given
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

      Examples: in bytes, up to what a file system can hold
        | field     | value               |
        | file size | 0                   |
        | file size | 1                   |
        | file size | 5368709120          |
        | file size | 4294967296          |
        | file size | 9223372036854775807 |
        | file size | null                |

    @smoke @critical @id.VOD-004
    Scenario: A viewer reads what an editor registered
      Given the VOD "City Council" of Dana
      When Vera reads the VOD "City Council"
      Then she sees what was registered for "City Council"

    @id.VOD-004
    Scenario Outline: <who> reads what an editor registered
      Given the VOD "City Council" of Dana
      When <who> reads the VOD "City Council"
      Then <who> sees what was registered for "City Council"

      Examples: everybody else who is signed in
        | who  |
        | Dana |
        | Omar |
        | Ravi |

    @id.VOD-012
    Scenario Outline: A title of <title> is kept as it was written
      When Dana registers the VOD "City Council" with the title <title>
      Then the VOD "City Council" has the title <title>

      Examples: short and long, and in any script
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
    Scenario: Blanks around a title are taken off
      When Dana registers the VOD "City Council" with the title "  School Board  "
      Then the VOD "City Council" has the title "School Board"

    @id.VOD-013
    Scenario Outline: The file path <path> is taken
      When Dana registers the VOD "City Council" with the file path <path>
      Then the VOD "City Council" has the file path <path>

      Examples: names of media in folders of the storage
        | path                         |
        | "council.mp4"                |
        | "council.MOV"                |
        | "a.mpg"                      |
        | "council.2026-11-20.mp4"     |
        | "2026/november/council.mkv"  |
        | "City Council, 2nd part.mpg" |
        | "séance-du-conseil.v2.wav"   |

  Rule: Everybody finds it in the list

    @critical @id.VOD-005
    Scenario: A registered VOD is in the list
      Given the VOD "City Council" of Dana
      When Vera lists 1 VODs after the first 0, of the status {absent}
      Then she sees "City Council" in this order, and the right total

    @id.VOD-006 @lock.platform
    Scenario Outline: <limit> VODs after the first <offset>, of the status <status>, are <shown>
      Given these VODs of Dana, oldest first
        | title  | stage      |
        | First  | failed     |
        | Second | pending    |
        | Third  | processing |
        | Fourth | completed  |
        | Fifth  | failed     |
        | Sixth  | pending    |
      When Vera lists <limit> VODs after the first <offset>, of the status <status>
      Then she sees <shown> in this order, and the right total

      Examples: page by page, newest first
        | limit | offset | status   | shown                                        |
        | 2     | 0      | {absent} | "Sixth, Fifth"                               |
        | 2     | 2      | {absent} | "Fourth, Third"                              |
        | 2     | 4      | {absent} | "Second, First"                              |
        | 6     | 0      | {absent} | "Sixth, Fifth, Fourth, Third, Second, First" |
        | 1     | 5      | {absent} | "First"                                      |
        | 20    | 100000 | {absent} | ""                                           |

      Examples: of one status
        | limit | offset | status       | shown           |
        | 2     | 0      | "failed"     | "Fifth, First"  |
        | 1     | 1      | "failed"     | "First"         |
        | 2     | 0      | "pending"    | "Sixth, Second" |
        | 1     | 0      | "processing" | "Third"         |
        | 1     | 0      | "completed"  | "Fourth"        |

    @id.VOD-006
    Scenario Outline: <limit> VODs after the first <offset>, <status> ones, cannot be listed
      Given the VOD "City Council" of Dana
      When Vera lists <limit> VODs after the first <offset>, of the status <status>
      Then she is told that "<field>" is invalid

      Examples: what makes no sense
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

  Rule: What an editor changes, and nothing else, is changed

    @critical @id.VOD-007
    Scenario Outline: A VOD that is <from> becomes <to>
      Given the <from> VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      When Dana changes the status of the VOD "City Council" to "<to>"
      Then the VOD "City Council" has the status "<to>"
      And Vera is served the VOD "City Council" as the database has it

      Examples: the way of every VOD
        | from       | to         |
        | pending    | processing |
        | processing | completed  |
        | processing | failed     |
        | failed     | pending    |

    @id.VOD-008
    Scenario Outline: A change of the <field> leaves everything else alone
      Given the VOD "City Council" of Dana
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
    Scenario: A change of the status is told in the history, and changes nothing else
      Given the VOD "City Council" of Dana
      When Dana changes the status of the VOD "City Council" to "processing"
      Then exactly these records changed
        | store              | record       | field      | from       | to         |
        | vods               | City Council | status     | pending    | processing |
        | vods               | City Council | updated_at | {anything} | {anything} |
        | vod_status_history | City Council |            | {absent}   | {anything} |

    @id.VOD-009
    Scenario Outline: A <stage> VOD that is deleted is gone
      Given the <stage> VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      When Dana deletes the VOD "City Council"
      Then the VOD "City Council" is gone from the API, the list and every store

      Examples: however far it was
        | stage      |
        | pending    |
        | processing |
        | failed     |
        | captioned  |

  Rule: What makes no sense is refused and changes nothing

    @id.VOD-010
    Scenario Outline: Nobody <deed> a VOD that does not exist
      Given the unknown VOD "City Council" of Dana
      When Dana <deed> the VOD "City Council"
      Then she is told that it does not exist
      And nothing was changed

      Examples: whatever is asked of it
        | deed                          |
        | reads                         |
        | renames                       |
        | deletes                       |
        | hands in                      |
        | urgently hands in             |
        | publishes                     |
        | links                         |
        | unlinks                       |
        | asks for the show of          |
        | asks for the transcription of |
        | asks for the captions of      |
        | asks for the summary of       |

    @smoke @critical @id.VOD-011
    Scenario: A status that does not exist is refused, and the old one stays
      Given the VOD "City Council" of Dana
      When Dana changes the status of the VOD "City Council" to "finished"
      Then she is told that "status" is invalid
      And the VOD "City Council" is still pending
      And nothing was changed

    @id.VOD-011
    Scenario Outline: The status <status> is refused, and the old one stays
      Given the VOD "City Council" of Dana
      When Dana changes the status of the VOD "City Council" to <status>
      Then she is told that "status" is invalid
      And the VOD "City Council" is still pending
      And nothing was changed

      Examples: what is no status
        | status         |
        | ""             |
        | "PENDING"      |
        | "processing "  |
        | "cancelled"    |
        | null           |
        | 1              |
        | ["processing"] |

    @id.VOD-012
    Scenario Outline: A title of <title> is refused
      Given the VOD "Another" of Dana
      When Dana registers the VOD "City Council" with the title <title>
      Then she is told that "title" is invalid
      And nothing was changed

      Examples: what nobody could read in a list
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
    Scenario Outline: The file path <path> is refused
      Given the VOD "Another" of Dana
      When Dana registers the VOD "City Council" with the file path <path>
      Then she is told that "file_path" is invalid
      And nothing was changed

      Examples: no path at all
        | path     |
        | {absent} |
        | ""       |
        | null     |
        | 42       |

      Examples: out of the media storage
        | path                    |
        | "/etc/passwd.wav"       |
        | "../secret.wav"         |
        | "2026/../../secret.wav" |
        | "./council.wav"         |
        | "2026//council.wav"     |
        | "C:\\council.wav"       |

      Examples: what a shell would obey
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

      Examples: no media
        | path             |
        | "council"        |
        | "council.exe"    |
        | "council.wav.sh" |
        | ".wav"           |
        | "wav"            |

    @id.VOD-014
    Scenario Outline: The <field> <value> is refused
      Given the VOD "Another" of Dana
      When Dana registers the VOD "City Council" with the <field> <value>
      Then she is told that "<name>" is invalid
      And nothing was changed

      Examples: no duration
        | field    | name     | value  |
        | duration | duration | -1     |
        | duration | duration | -0.001 |
        | duration | duration | "60"   |
        | duration | duration | true   |
        | duration | duration | [60]   |
        | duration | duration | "long" |
        | duration | duration | ""     |
        | duration | duration | false  |

      Examples: no size
        | field     | name      | value               |
        | file size | file_size | -1                  |
        | file size | file_size | 1.5                 |
        | file size | file_size | "1024"              |
        | file size | file_size | true                |
        | file size | file_size | 9223372036854775808 |
        | file size | file_size | [1024]              |
        | file size | file_size | ""                  |

    @id.VOD-015
    Scenario Outline: <what> is refused in the common form
      Given the VOD "Another" of Dana
      When Dana registers a VOD with exactly this
        """
        <text>
        """
      Then she is told that "<field>" is invalid
      And nothing was changed

      Examples: what is no JSON object
        | what                  | field | text                                              |
        | Text that is no JSON  | body  | title: City Council                               |
        | JSON that breaks off  | body  | {"title": "City Council", "file_path":            |
        | A list                | body  | [{"title": "City Council", "file_path": "a.wav"}] |
        | A number              | body  | 42                                                |
        | Nothing but null      | body  | null                                              |
        | A field without value | body  | {"title": }                                       |

      Examples: what has more than a VOD has
        | what                   | field      | text                                                                   |
        | An unknown field       | colour     | {"title": "City Council", "file_path": "a.wav", "colour": "red"}       |
        | A status of one's own  | status     | {"title": "City Council", "file_path": "a.wav", "status": "completed"} |
        | An id of one's own     | id         | {"title": "City Council", "file_path": "a.wav", "id": "42"}            |
        | A creator of one's own | created_by | {"title": "City Council", "file_path": "a.wav", "created_by": "Vera"}  |

    @id.VOD-015
    Scenario Outline: A change of the <field>, which cannot be changed, is refused
      Given the VOD "City Council" of Dana
      When Dana changes the <field> of the VOD "City Council" to <value>
      Then she is told that "<name>" is invalid
      And nothing was changed

      Examples: what the platform alone decides, or does not know
        | field     | name      | value       |
        | progress  | progress  | 100         |
        | reason    | error     | "none"      |
        | show      | show_id   | 7           |
        | file path | file_path | "other.wav" |
        | colour    | colour    | "red"       |

    @critical @id.VOD-016
    Scenario Outline: A VOD that is <from> cannot become <to>
      Given the <from> VOD "City Council" of Dana
      When Dana changes the status of the VOD "City Council" to "<to>"
      Then she is told that the present state forbids it
      And the VOD "City Council" is still <from>
      And nothing was changed

      Examples: every pair of states but the four that are allowed
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

  Rule: Who is no editor reads, and changes nothing

    @id.VOD-022
    Scenario Outline: <who> may not do what an editor does, and <deed> no VOD
      Given the VOD "City Council" of Dana
      And <who> has read the VOD "City Council"
      When <who> <deed> the VOD "City Council"
      Then <who> is told that it may not
      And nothing was changed

      Examples: viewers and researchers
        | who  | deed                      |
        | Vera | renames                   |
        | Vera | deletes                   |
        | Vera | hands in                  |
        | Vera | urgently hands in         |
        | Vera | publishes                 |
        | Vera | links                     |
        | Vera | unlinks                   |
        | Vera | cancels the captioning of |
        | Ravi | renames                   |
        | Ravi | deletes                   |
        | Ravi | hands in                  |
        | Ravi | urgently hands in         |
        | Ravi | publishes                 |
        | Ravi | links                     |
        | Ravi | unlinks                   |
        | Ravi | cancels the captioning of |

    @id.VOD-022
    Scenario Outline: Whoever is not signed in <deed> no VOD
      Given the VOD "City Council" of Dana
      When Mallory <deed> the VOD "City Council"
      Then she is refused as not signed in
      And nothing was changed

      Examples: not even to look at it
        | deed                          |
        | reads                         |
        | renames                       |
        | deletes                       |
        | hands in                      |
        | urgently hands in             |
        | publishes                     |
        | links                         |
        | unlinks                       |
        | asks for the show of          |
        | asks for the transcription of |
        | asks for the captions of      |
        | asks for the summary of       |
        | asks for the captioning of    |
        | cancels the captioning of     |
