@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Live updates
  Whoever waits for a VOD does not ask again and again: the platform tells, over an open connection, whatever
  changes.

  Rule: A subscriber sees what changes, in order

    @critical @id.VOD-080
    Scenario: A viewer sees a recording being captioned
      Given the VOD "City Council" of Dana
      And Vera follows "City Council" live
      When Dana hands in the VOD "City Council"
      Then Vera sees "City Council" live as pending, processing and completed

    @id.VOD-080
    Scenario Outline: A viewer sees a recording that is <condition>
      Given Dana has a <condition> recording of "City Council"
      And she has registered it as a VOD
      And Vera follows "City Council" live
      When Dana hands in the VOD "City Council"
      Then Vera sees "City Council" live as <states>

      Examples: to whatever end
        | condition | states                            |
        | slow      | pending, processing and completed |
        | silent    | pending, processing and completed |
        | corrupt   | pending, processing and failed    |
        | missing   | pending, processing and failed    |

    @id.VOD-080
    Scenario Outline: A viewer sees an editor set a VOD from <from> to <to>
      Given the <from> VOD "City Council" of Dana
      And Vera follows "City Council" live
      When Dana changes the status of the VOD "City Council" to "<to>"
      Then Vera sees "City Council" live as <from> and <to>

      Examples: each way
        | from       | to         |
        | pending    | processing |
        | processing | completed  |
        | processing | failed     |

  Rule: A subscriber sees what was asked for, and nothing else

    @id.VOD-081
    Scenario Outline: A subscriber of another VOD does not see that an editor <deed> this one
      Given the VOD "City Council" of Dana
      And the VOD "School Board" of Dana
      And Ravi follows "City Council" live
      And Vera follows "School Board" live
      When Dana <deed> the VOD "City Council"
      Then Vera sees nothing more for 0.5 seconds

      Examples: whatever happens to it
        | deed     |
        | hands in |
        | renames  |
        | deletes  |

    @id.VOD-081
    Scenario: Who follows one VOD sees nothing of the captioning of another
      Given the VOD "City Council" of Dana
      And the VOD "School Board" of Dana
      And Ravi follows "City Council" live
      And Vera follows "School Board" live
      When Dana hands in the VOD "City Council"
      Then Ravi sees "City Council" live as pending, processing and completed
      And Vera sees nothing more for 0.5 seconds

    @lock.platform @id.VOD-081
    Scenario: A subscriber of the tasks sees nothing of what is no task
      Given the VOD "City Council" of Dana
      And Vera follows "tasks" live
      When Dana renames the VOD "City Council"
      Then Vera sees nothing more for 0.5 seconds

    @id.VOD-081
    Scenario: Nobody is told what was refused
      Given the VOD "City Council" of Dana
      And Vera follows "City Council" live
      When Dana changes the status of the VOD "City Council" to "completed"
      Then Vera sees nothing more for 0.5 seconds

  Rule: Every subscriber sees it

    @id.VOD-082
    Scenario: Two subscribers both see it
      Given the VOD "City Council" of Dana
      And Vera follows "City Council" live
      And Ravi follows "City Council" live
      When Dana hands in the VOD "City Council"
      Then Vera sees "City Council" live as pending, processing and completed
      And Ravi sees "City Council" live as pending, processing and completed

    @id.VOD-082
    Scenario: One that left is not missed
      Given the VOD "City Council" of Dana
      And Omar follows "City Council" live
      And Vera follows "City Council" live
      And Omar has left
      When Dana hands in the VOD "City Council"
      Then Vera sees "City Council" live as pending, processing and completed

  Rule: The connection is for who is signed in, and survives mistakes

    @id.VOD-083
    Scenario Outline: Whoever comes with <token> is refused
      When Mallory connects live with <token>
      Then she is refused as not signed in

      Examples: what is no sign-in
        | token                          |
        | no token                       |
        | an empty token                 |
        | a made-up token                |
        | a token that was tampered with |
        | the token of an ended session  |

    @id.VOD-083
    Scenario Outline: <what> is answered with an error, and the connection lives
      Given the VOD "City Council" of Dana
      And Vera follows "City Council" live
      When Vera sends over the live connection exactly this
        """
        <text>
        """
      Then the live connection answers her with "<kind>", and lives

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

  Rule: Whoever comes back sees the present state

    @id.VOD-084
    Scenario Outline: A subscriber who comes back to a VOD that is <state> sees that
      Given the VOD "City Council" of Dana
      And Vera follows "City Council" live
      And Vera has left
      And Dana has changed the status of the VOD "City Council" to "processing"
      And Dana has changed the status of the VOD "City Council" to "<state>"
      When Vera follows "City Council" live
      Then Vera sees "City Council" live as <state>

      Examples: whatever it was before
        | state      |
        | processing |
        | completed  |
        | failed     |

    @id.VOD-084
    Scenario: A subscriber who comes back sees the state, and what changes after it
      Given the VOD "City Council" of Dana
      And Vera follows "City Council" live
      And Vera has left
      And Dana has changed the status of the VOD "City Council" to "processing"
      And Vera follows "City Council" live
      When Dana changes the status of the VOD "City Council" to "completed"
      Then Vera sees "City Council" live as processing and completed
