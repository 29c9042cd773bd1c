@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Live updates
  Whoever waits for a VOD does not ask again and again: the platform tells, over an open connection, whatever
  changes.

  Rule: A subscriber receives changes in order

    @critical @id.VOD-080
    Scenario: A viewer receives the states of a captioning
      Given Dana has the VOD "City Council"
      And Vera has subscribed to "City Council"
      When Dana submits the VOD "City Council"
      Then Vera receives the states pending, processing and completed of "City Council"

    @id.VOD-080
    Scenario Outline: A viewer receives the states of a <condition> recording
      Given Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And Vera has subscribed to "City Council"
      When Dana submits the VOD "City Council"
      Then Vera receives the states <states> of "City Council"

      Examples: to whatever end
        | condition | states                            |
        | slow      | pending, processing and completed |
        | silent    | pending, processing and completed |
        | corrupt   | pending, processing and failed    |
        | missing   | pending, processing and failed    |

    @id.VOD-080
    Scenario Outline: A viewer receives a change by hand from <from> to <to>
      Given Dana has the <from> VOD "City Council"
      And Vera has subscribed to "City Council"
      When Dana changes the status of the VOD "City Council" to "<to>"
      Then Vera receives the states <from> and <to> of "City Council"

      Examples: each way
        | from       | to         |
        | pending    | processing |
        | processing | completed  |
        | processing | failed     |

  Rule: A subscriber receives subscribed changes only

    @id.VOD-081
    Scenario Outline: A subscriber of another VOD receives nothing: <deed>
      Given Dana has the VOD "City Council"
      And Dana has the VOD "School Board"
      And Ravi has subscribed to "City Council"
      And Vera has subscribed to "School Board"
      When Dana <deed> the VOD "City Council"
      Then Vera receives no further live update for 0.5 seconds

      Examples: whatever happens to it
        | deed    |
        | submits |
        | renames |
        | deletes |

    @id.VOD-081
    Scenario: A subscriber receives nothing about the captioning of another VOD
      Given Dana has the VOD "City Council"
      And Dana has the VOD "School Board"
      And Ravi has subscribed to "City Council"
      And Vera has subscribed to "School Board"
      When Dana submits the VOD "City Council"
      Then Ravi receives the states pending, processing and completed of "City Council"
      And Vera receives no further live update for 0.5 seconds

    @lock.platform @id.VOD-081
    Scenario: A subscriber of tasks receives no changes of VODs
      Given Dana has the VOD "City Council"
      And Vera has subscribed to "tasks"
      When Dana renames the VOD "City Council"
      Then Vera receives no further live update for 0.5 seconds

    @id.VOD-081
    Scenario: A rejected request sends no live update
      Given Dana has the VOD "City Council"
      And Vera has subscribed to "City Council"
      When Dana changes the status of the VOD "City Council" to "completed"
      Then Vera receives no further live update for 0.5 seconds

  Rule: Every subscriber receives the changes

    @id.VOD-082
    Scenario: Two subscribers both see it
      Given Dana has the VOD "City Council"
      And Vera has subscribed to "City Council"
      And Ravi has subscribed to "City Council"
      When Dana submits the VOD "City Council"
      Then Vera receives the states pending, processing and completed of "City Council"
      And Ravi receives the states pending, processing and completed of "City Council"

    @id.VOD-082
    Scenario: A disconnected subscriber does not affect others
      Given Dana has the VOD "City Council"
      And Omar has subscribed to "City Council"
      And Vera has subscribed to "City Council"
      And Omar has disconnected
      When Dana submits the VOD "City Council"
      Then Vera receives the states pending, processing and completed of "City Council"

  Rule: Connections require sign-in and survive invalid messages

    @id.VOD-083
    Scenario Outline: A connection with <token> is rejected
      When Mallory connects with <token>
      Then the request is rejected as unauthenticated

      Examples: what is no sign-in
        | token                         |
        | no token                      |
        | an empty token                |
        | a generated token             |
        | an altered token              |
        | the token of an ended session |

    @id.VOD-083
    Scenario Outline: <what> is answered with an error, and the connection stays open
      Given Dana has the VOD "City Council"
      And Vera has subscribed to "City Council"
      When Vera sends this text as a live message
        """
        <text>
        """
      Then the live connection answers her with "<kind>" and stays open

      Examples: what cannot be read
        | what                 | kind            | text                   |
        | Text that is no JSON | ValidationError | hello                  |
        | JSON that breaks off | ValidationError | {"subscribe": "tas     |
        | A list               | ValidationError | ["subscribe", "tasks"] |
        | A number             | ValidationError | 42                     |
        | Null                 | ValidationError | null                   |

      Examples: what is not known
        | what                       | kind            | text                                                      |
        | An unknown command         | ValidationError | {"delete": "tasks"}                                       |
        | No command                 | ValidationError | {}                                                        |
        | Two commands               | ValidationError | {"subscribe": "tasks", "ping": "1"}                       |
        | A subject that is a number | ValidationError | {"subscribe": 42}                                         |
        | An unknown subject         | ValidationError | {"subscribe": "users"}                                    |
        | A VOD that does not exist  | NotFoundError   | {"subscribe": "vod:00000000-0000-4000-8000-000000000000"} |
        | A VOD without an id        | NotFoundError   | {"subscribe": "vod:"}                                     |
        | A VOD by its title         | NotFoundError   | {"subscribe": "vod:City Council"}                         |

  Rule: A new connection starts with the current state

    @id.VOD-084
    Scenario Outline: A new connection receives the current state <state>
      Given Dana has the VOD "City Council"
      And Vera has subscribed to "City Council"
      And Vera has disconnected
      And Dana has changed the status of the VOD "City Council" to "processing"
      And Dana has changed the status of the VOD "City Council" to "<state>"
      When Vera subscribes to "City Council"
      Then Vera receives the states <state> of "City Council"

      Examples: whatever it was before
        | state      |
        | processing |
        | completed  |
        | failed     |

    @id.VOD-084
    Scenario: A new connection receives the current state, then changes
      Given Dana has the VOD "City Council"
      And Vera has subscribed to "City Council"
      And Vera has disconnected
      And Dana has changed the status of the VOD "City Council" to "processing"
      And Vera has subscribed to "City Council"
      When Dana changes the status of the VOD "City Council" to "completed"
      Then Vera receives the states processing and completed of "City Council"
