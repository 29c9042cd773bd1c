@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes @needs.partners
Feature: Publishing at Cablecast
  Viewers watch at Cablecast. A captioned VOD is therefore handed over to the show it belongs to, once, with
  its captions.

  Rule: A captioned VOD is handed over once

    @smoke @blocker @id.VOD-060
    Scenario: A captioned VOD is published under its show
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published, with show and VOD of Cablecast noted
      And Cablecast has one VOD of "City Council", with the captions as they were written

    @critical @id.VOD-060
    Scenario: Cablecast receives the captions byte for byte
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      When Dana publishes the VOD "City Council"
      Then Cablecast has one VOD of "City Council", with the captions as they were written
      And Cablecast received the captions of "City Council" as a file, with our credentials

    @id.VOD-067
    Scenario: Publishing twice makes one VOD
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Dana has tried to publish the VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then she is told that it is done already
      And Cablecast has one VOD of "City Council", with the captions as they were written
      And Cablecast was asked for "creating a VOD" once, with growing waits
      And nothing was changed

    @id.VOD-067
    Scenario: Publishing by ten at once makes one VOD
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast answers "finding shows" with 503, twice
      When Dana sends 10 publications of the VOD "City Council", 10 at once
      Then 10 answers are 202, with the same "task_id"
      And Cablecast has one VOD of "City Council", with the captions as they were written
      And Cablecast was asked for "creating a VOD" once, with growing waits

    @id.VOD-063
    Scenario Outline: A VOD that is <stage>, without captions, is not published
      Given the <stage> VOD "City Council" of Dana
      When Dana publishes the VOD "City Council"
      Then she is told that the present state forbids it
      And nothing was changed

      Examples: whatever its status says
        | stage      |
        | pending    |
        | processing |
        | completed  |
        | failed     |

    @id.VOD-063
    Scenario: Nobody but an editor publishes
      Given the captioned VOD "City Council" of Dana
      And Vera has read the VOD "City Council"
      When Vera publishes the VOD "City Council"
      Then she is told that it may not
      And nothing was changed

  Rule: It belongs to the show of the same title and day

    @id.VOD-061
    Scenario Outline: A VOD "City Council" of today is linked to "<show>" of <day>
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "<show>" of <day>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "<show>"

      Examples: close enough
        | show             | day          |
        | City Council     | today        |
        | City Council     | 1 day ago    |
        | City Council     | 2 days ahead |
        | CITY COUNCIL     | today        |
        | The City Council | today        |

      Examples: just enough, about 0.71 where 0.7 is asked for
        | show                            | day   |
        | The meeting of the City Council | today |

    @id.VOD-061
    Scenario Outline: "<show>" of <day> is suggested for "City Council" of today, and not linked
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "<show>" of <day>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to no show, and "<show>" is suggested

      Examples: not close enough
        | show                                                    | day          |
        | City Council                                            | 7 days ago   |
        | City Council                                            | 7 days ahead |
        | City Council                                            | 365 days ago |
        | An evening with the members of last year's City Council | today        |

      Examples: not quite enough, about 0.69 where 0.7 is asked for
        | show                              | day   |
        | The gathering of the City Council | today |

    @id.VOD-061
    Scenario Outline: Of several shows the one that fits best is linked
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "<first>" of <day of first>
      And Cablecast has the show "<second>" of <day of second>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "<best>"

      Examples: by title and by day
        | first            | day of first | second           | day of second | best             |
        | The City Council | today        | City Council     | today         | City Council     |
        | City Council     | today        | The City Council | today         | City Council     |
        | City Council     | 7 days ago   | The City Council | today         | The City Council |

    @id.VOD-061
    Scenario: Where Cablecast has no such show, it is made
      Given the captioned VOD "City Council" of Dana
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "City Council"

  Rule: An editor can link it by hand

    @id.VOD-062
    Scenario: A VOD is linked by hand
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "Evening News" of today
      When Dana links the VOD "City Council" to the show "Evening News"
      Then the VOD "City Council" is linked to the show "Evening News"
      And exactly these records changed
        | store | record       | field      | from       | to         |
        | vods  | City Council | show_id    | null       | {anything} |
        | vods  | City Council | updated_at | {anything} | {anything} |

    @id.VOD-062
    Scenario: A VOD that was linked by hand is published under that show
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast has the show "Evening News" of 7 days ago
      And Dana has linked the VOD "City Council" to the show "Evening News"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published, with show and VOD of Cablecast noted
      And the VOD "City Council" is linked to the show "Evening News"

    @id.VOD-062
    Scenario: A suggestion that an editor accepts is linked, and no longer suggested
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of 7 days ago
      And Dana has tried to publish the VOD "City Council"
      When Dana links the VOD "City Council" to the show "City Council"
      Then the VOD "City Council" is linked to the show "City Council"

    @id.VOD-062
    Scenario: The link is read by everybody
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "Evening News" of today
      And Dana has linked the VOD "City Council" to the show "Evening News"
      And Vera has read the VOD "City Council"
      When Vera asks for the show of the VOD "City Council"
      Then the VOD "City Council" is linked to the show "Evening News"
      And Vera is served the VOD "City Council" as the database has it
      And nothing was changed

    @id.VOD-062
    Scenario: A second link is refused
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "Evening News" of today
      And Dana has linked the VOD "City Council" to the show "Evening News"
      When Dana links the VOD "City Council"
      Then she is told that the present state forbids it
      And nothing was changed

    @id.VOD-062
    Scenario: A link is taken away
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "Evening News" of today
      And Dana has linked the VOD "City Council" to the show "Evening News"
      And Vera has read the VOD "City Council"
      When Dana unlinks the VOD "City Council"
      Then she is told that it is done
      And the VOD "City Council" is linked to no show, and "" is suggested
      And Vera is served the VOD "City Council" as the database has it

    @id.VOD-062
    Scenario: Where there is no link, none is taken away
      Given the VOD "City Council" of Dana
      When Dana unlinks the VOD "City Council"
      Then she is told that it does not exist
      And nothing was changed

    @id.VOD-062
    Scenario Outline: What is published is not <undone>
      Given the published VOD "City Council" of Dana
      When Dana <deed> the VOD "City Council"
      Then she is told that the present state forbids it
      And nothing was changed

      Examples: the link is a fact by then
        | undone       | deed    |
        | unlinked     | unlinks |
        | linked again | links   |

    @id.VOD-062
    Scenario Outline: <number> is no show
      Given the VOD "City Council" of Dana
      When Dana links the VOD "City Council" to the show <number>
      Then she is told that "show_id" is invalid
      And nothing was changed

      Examples: what cannot be linked
        | number     |
        | 0          |
        | -7         |
        | 1.5        |
        | true       |
        | null       |
        | 2147483648 |

  Rule: Trouble at Cablecast is waited out, or reported

    @id.VOD-064
    Scenario Outline: Cablecast fails at <operation>, <times>, with <reply>, and then works again
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast answers "<operation>" with <reply>, <times>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published, with show and VOD of Cablecast noted
      And Cablecast has one VOD of "City Council", with the captions as they were written

      Examples: each step of the way
        | operation          | reply | times |
        | finding shows      | 503   | twice |
        | creating a VOD     | 503   | twice |
        | receiving captions | 503   | twice |
        | reporting progress | 503   | twice |

      Examples: each kind of trouble that may pass, to the last try
        | operation          | reply                    | times   |
        | finding shows      | 500                      | 3 times |
        | creating a VOD     | 502                      | once    |
        | receiving captions | 504                      | once    |
        | creating a VOD     | a closed connection      | twice   |
        | receiving captions | a closed connection      | once    |
        | finding shows      | silence                  | once    |
        | creating a VOD     | silence                  | once    |
        | receiving captions | silence                  | once    |
        | finding shows      | one letter after another | once    |

    @id.VOD-067
    Scenario Outline: What succeeds too late at <operation> is not made again
      Given the captioned VOD "City Council" of Dana
      And Cablecast answers "<operation>" with success, too late, once
      When Dana publishes the VOD "City Council"
      Then Cablecast has one VOD of "City Council", with the captions as they were written
      And the VOD "City Council" is linked to the show "City Council"

      Examples: what Cablecast makes
        | operation       |
        | creating a show |
        | creating a VOD  |

    @id.VOD-064
    Scenario Outline: Lasting failures at <operation> with <reply> are reported after four tries
      # A success is the last that the platform knows of Cablecast: it holds no failure of before against it.
      Given the published VOD "Parks Board" of Dana
      And the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast answers "<operation>" with <reply>, always
      When Dana publishes the VOD "City Council"
      Then publishing "City Council" failed because "<reason>"
      And Cablecast was asked for "<operation>" 4 times, with growing waits

      Examples: trouble that does not pass
        | operation          | reply               | reason                                 |
        | finding shows      | 503                 | Cablecast answered with an error (503) |
        | receiving captions | 500                 | Cablecast answered with an error (500) |
        | creating a VOD     | a closed connection | Cablecast cannot be reached            |
        | finding shows      | silence             | Cablecast did not answer in time       |

    @id.VOD-065
    Scenario Outline: Refused credentials at <operation> with <reply> are reported at once
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast answers "<operation>" with <reply>, always
      When Dana publishes the VOD "City Council"
      Then publishing "City Council" failed because "<reason>"
      And Cablecast was asked for "<operation>" once, with growing waits

      Examples: each step of the way
        | operation          | reply | reason                              |
        | finding shows      | 401   | Cablecast refused our credentials   |
        | creating a VOD     | 401   | Cablecast refused our credentials   |
        | receiving captions | 401   | Cablecast refused our credentials   |
        | reporting progress | 401   | Cablecast refused our credentials   |
        | finding shows      | 403   | Cablecast refused our credentials   |
        | creating a VOD     | 422   | Cablecast refused the request (422) |

  Rule: A publication that failed leaves nothing half-made

    @id.VOD-066
    Scenario Outline: After a failure at <operation> the VOD is as it was, and its task says why
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast answers "<operation>" with 401, always
      When Dana publishes the VOD "City Council"
      Then publishing "City Council" failed because "Cablecast refused our credentials"
      And exactly these records changed
        | store              | record       | field | from     | to         |
        | tasks              | City Council |       | {absent} | {anything} |
        | procrastinate_jobs | City Council |       | {absent} | {anything} |
      And the VOD "City Council" is linked to no show, and "" is suggested

      Examples: before anything was made
        | operation      |
        | finding shows  |
        | creating a VOD |

    @id.VOD-066
    Scenario Outline: After a failure at <operation>, asking again publishes once
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast answers "<operation>" with 401, once
      And Dana has tried to publish the VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published, with show and VOD of Cablecast noted
      And Cablecast has one VOD of "City Council", with the captions as they were written

      Examples: each step of the way
        | operation          |
        | finding shows      |
        | creating a VOD     |
        | receiving captions |
        | reporting progress |

    @id.VOD-066
    Scenario: A show that was made for a publication that failed is used by the next
      Given the captioned VOD "City Council" of Dana
      And Cablecast answers "creating a VOD" with 401, once
      And Dana has tried to publish the VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "City Council"

  Rule: What Cablecast does with it is followed to the end

    @id.VOD-068
    Scenario: Progress at Cablecast is followed to the end
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Vera follows "tasks" live
      When Dana publishes the VOD "City Council"
      Then Vera sees the publication of "City Council" live at "0, 25, 50, 75, 100" percent
      And the VOD "City Council" is published, with show and VOD of Cablecast noted

    @id.VOD-068
    Scenario Outline: Progress that is <percent> percent <times> is followed to the end
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast reports "processing" at <percent> percent, <times>
      And Vera follows "tasks" live
      When Dana publishes the VOD "City Council"
      Then Vera sees the publication of "City Council" live at "<seen>" percent
      And the VOD "City Council" is published, with show and VOD of Cablecast noted

      Examples: slow, odd, and done at once
        | percent | times   | seen                   |
        | 10      | 3 times | 0, 10, 25, 50, 75, 100 |
        | 99      | once    | 0, 99, 100             |
        | 60      | once    | 0, 60, 75, 100         |
        | 100     | once    | 0, 100                 |

    @id.VOD-068
    Scenario: A VOD that Cablecast fails to process is reported
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council" of today
      And Cablecast reports "failed" at 50 percent, always
      And Vera follows "tasks" live
      When Dana publishes the VOD "City Council"
      Then Vera sees the publication of "City Council" live at "0, 50" percent
      And publishing "City Council" failed because "Cablecast could not process the VOD"
