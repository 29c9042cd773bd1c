@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes @needs.partners
Feature: Publishing to Cablecast
  Viewers watch at Cablecast. A captioned VOD is published once, to its show, with its captions.

  Rule: A captioned VOD is published once

    @smoke @blocker @id.VOD-060
    Scenario: A captioned VOD is published under its show
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published and stored with its Cablecast ids
      And Cablecast has one VOD of "City Council" with the stored captions

    @critical @id.VOD-060
    Scenario: Cablecast receives the captions byte for byte
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      When Dana publishes the VOD "City Council"
      Then Cablecast has one VOD of "City Council" with the stored captions
      And Cablecast received the captions of "City Council" as a file with valid credentials

    @id.VOD-067
    Scenario: Publishing twice creates one VOD
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Dana has tried to publish the VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then the response is 200
      And Cablecast has one VOD of "City Council" with the stored captions
      And Cablecast received "creating a VOD" once with growing waits
      And nothing was changed

    @id.VOD-067
    Scenario: Publishing by ten concurrent clients creates one VOD
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast responds to "finding shows" with 503 twice
      When Dana sends 10 publications of the VOD "City Council" from 10 concurrent clients
      Then 10 responses have the status 202 and the same "task_id"
      And Cablecast has one VOD of "City Council" with the stored captions
      And Cablecast received "creating a VOD" once with growing waits

    @id.VOD-063
    Scenario Outline: A VOD that is <stage>, without captions, is not published
      Given Dana has the <stage> VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: states without captions
        | stage      |
        | pending    |
        | processing |
        | completed  |
        | failed     |

    @id.VOD-063
    Scenario: Only editors may publish
      Given Dana has the captioned VOD "City Council"
      And Vera has read the VOD "City Council"
      When Vera publishes the VOD "City Council"
      Then the request is rejected as forbidden
      And nothing was changed

  Rule: A VOD is linked to the show with the best match

    @id.VOD-061
    Scenario Outline: A VOD "City Council" of today is linked to "<show>" of <day>
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "<show>" dated <day>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "<show>"

      Examples: above the minimum score
        | show             | day          |
        | City Council     | today        |
        | City Council     | 1 day ago    |
        | City Council     | 2 days ahead |
        | CITY COUNCIL     | today        |
        | The City Council | today        |

      Examples: just above, about 0.71 of 0.7
        | show                            | day   |
        | The meeting of the City Council | today |

    @id.VOD-061
    Scenario Outline: "<show>" of <day> is suggested for "City Council" of today, and not linked
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "<show>" dated <day>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is not linked and the show "<show>" is suggested

      Examples: below the minimum score
        | show                                                    | day          |
        | City Council                                            | 7 days ago   |
        | City Council                                            | 7 days ahead |
        | City Council                                            | 365 days ago |
        | An evening with the members of last year's City Council | today        |

      Examples: just below, about 0.69 of 0.7
        | show                              | day   |
        | The gathering of the City Council | today |

    @id.VOD-061
    Scenario Outline: Of several shows the best match is linked
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "<first>" dated <day of first>
      And Cablecast has the show "<second>" dated <day of second>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "<best>"

      Examples: by title and by day
        | first            | day of first | second           | day of second | best             |
        | The City Council | today        | City Council     | today         | City Council     |
        | City Council     | today        | The City Council | today         | City Council     |
        | City Council     | 7 days ago   | The City Council | today         | The City Council |

    @id.VOD-061
    Scenario: A missing show is created at Cablecast
      Given Dana has the captioned VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "City Council"

  Rule: Editors may link a show by hand

    @id.VOD-062
    Scenario: A VOD is linked by hand
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "Evening News" dated today
      When Dana links the VOD "City Council" to the show "Evening News"
      Then the VOD "City Council" is linked to the show "Evening News"
      And exactly these records changed
        | store | record       | field      | from       | to         |
        | vods  | City Council | show_id    | null       | {anything} |
        | vods  | City Council | updated_at | {anything} | {anything} |

    @id.VOD-062
    Scenario: A VOD that was linked by hand is published under that show
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast has the show "Evening News" dated 7 days ago
      And Dana has linked the VOD "City Council" to the show "Evening News"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published and stored with its Cablecast ids
      And the VOD "City Council" is linked to the show "Evening News"

    @id.VOD-062
    Scenario: A suggestion that an editor accepts is linked, and no longer suggested
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated 7 days ago
      And Dana has tried to publish the VOD "City Council"
      When Dana links the VOD "City Council" to the show "City Council"
      Then the VOD "City Council" is linked to the show "City Council"

    @id.VOD-062
    Scenario: Any signed-in user reads the link
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "Evening News" dated today
      And Dana has linked the VOD "City Council" to the show "Evening News"
      And Vera has read the VOD "City Council"
      When Vera requests the show of the VOD "City Council"
      Then the VOD "City Council" is linked to the show "Evening News"
      And Vera reads the VOD "City Council" as stored in the database
      And nothing was changed

    @id.VOD-062
    Scenario: A second link is rejected
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "Evening News" dated today
      And Dana has linked the VOD "City Council" to the show "Evening News"
      When Dana links the VOD "City Council"
      Then the request is rejected as conflicting
      And nothing was changed

    @id.VOD-062
    Scenario: A link is removed
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "Evening News" dated today
      And Dana has linked the VOD "City Council" to the show "Evening News"
      And Vera has read the VOD "City Council"
      When Dana unlinks the VOD "City Council"
      Then the response is 204
      And the VOD "City Council" is not linked and the show "" is suggested
      And Vera reads the VOD "City Council" as stored in the database

    @id.VOD-062
    Scenario: Removing a missing link is rejected
      Given Dana has the VOD "City Council"
      When Dana unlinks the VOD "City Council"
      Then the request is rejected as not found
      And nothing was changed

    @id.VOD-062
    Scenario Outline: A published VOD cannot be <undone>
      Given Dana has the published VOD "City Council"
      When Dana <deed> the VOD "City Council"
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: calls after the link
        | undone       | deed    |
        | unlinked     | unlinks |
        | linked again | links   |

    @id.VOD-062
    Scenario Outline: <number> is rejected as a show id
      Given Dana has the VOD "City Council"
      When Dana links the VOD "City Council" to the show <number>
      Then the request is rejected as invalid in "show_id"
      And nothing was changed

      Examples: invalid show ids
        | number     |
        | 0          |
        | -7         |
        | 1.5        |
        | true       |
        | null       |
        | 2147483648 |

  Rule: Errors of Cablecast are retried or reported

    @id.VOD-064
    Scenario Outline: Cablecast fails at <operation>, <times>, with <reply>, and then works again
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast responds to "<operation>" with <reply> <times>
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published and stored with its Cablecast ids
      And Cablecast has one VOD of "City Council" with the stored captions

      Examples: each call
        | operation          | reply | times |
        | finding shows      | 503   | twice |
        | creating a VOD     | 503   | twice |
        | receiving captions | 503   | twice |
        | reporting progress | 503   | twice |

      Examples: temporary failures, up to the last retry
        | operation          | reply               | times   |
        | finding shows      | 500                 | 3 times |
        | creating a VOD     | 502                 | once    |
        | receiving captions | 504                 | once    |
        | creating a VOD     | a closed connection | twice   |
        | receiving captions | a closed connection | once    |
        | finding shows      | no response         | once    |
        | creating a VOD     | no response         | once    |
        | receiving captions | no response         | once    |
        | finding shows      | one byte at a time  | once    |

    @id.VOD-067
    Scenario Outline: A late success of <operation> creates no duplicate
      Given Dana has the captioned VOD "City Council"
      And Cablecast responds to "<operation>" with a late success once
      When Dana publishes the VOD "City Council"
      Then Cablecast has one VOD of "City Council" with the stored captions
      And the VOD "City Council" is linked to the show "City Council"

      Examples: what Cablecast creates
        | operation       |
        | creating a show |
        | creating a VOD  |

    @id.VOD-064
    Scenario Outline: Lasting failures at <operation> with <reply> are reported after four tries
      # A successful call resets the platform's count of Cablecast failures.
      Given Dana has the published VOD "Parks Board"
      And Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast responds to "<operation>" with <reply> always
      When Dana publishes the VOD "City Council"
      Then the publication of "City Council" ended as "failed (<reason>)"
      And Cablecast received "<operation>" 4 times with growing waits

      Examples: permanent failures
        | operation          | reply               | reason                            |
        | finding shows      | 503                 | Cablecast returned an error (503) |
        | receiving captions | 500                 | Cablecast returned an error (500) |
        | creating a VOD     | a closed connection | Cablecast cannot be reached       |
        | finding shows      | no response         | Cablecast did not respond in time |

    @id.VOD-065
    Scenario Outline: Rejected credentials at <operation> with <reply> fail after one call
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast responds to "<operation>" with <reply> always
      When Dana publishes the VOD "City Council"
      Then the publication of "City Council" ended as "failed (<reason>)"
      And Cablecast received "<operation>" once with growing waits

      Examples: each call
        | operation          | reply | reason                               |
        | finding shows      | 401   | Cablecast rejected the credentials   |
        | creating a VOD     | 401   | Cablecast rejected the credentials   |
        | receiving captions | 401   | Cablecast rejected the credentials   |
        | reporting progress | 401   | Cablecast rejected the credentials   |
        | finding shows      | 403   | Cablecast rejected the credentials   |
        | creating a VOD     | 422   | Cablecast rejected the request (422) |

  Rule: A failed publication leaves no partial result

    @id.VOD-066
    Scenario Outline: A failure at <operation> leaves the VOD unchanged, with a reason
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast responds to "<operation>" with 401 always
      When Dana publishes the VOD "City Council"
      Then the publication of "City Council" ended as "failed (Cablecast rejected the credentials)"
      And exactly these records changed
        | store              | record       | field | from     | to         |
        | tasks              | City Council |       | {absent} | {anything} |
        | procrastinate_jobs | City Council |       | {absent} | {anything} |
      And the VOD "City Council" is not linked and the show "" is suggested

      Examples: before the first creation
        | operation      |
        | finding shows  |
        | creating a VOD |

    @id.VOD-066
    Scenario Outline: After a failure at <operation>, asking again publishes once
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast responds to "<operation>" with 401 once
      And Dana has tried to publish the VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published and stored with its Cablecast ids
      And Cablecast has one VOD of "City Council" with the stored captions

      Examples: each call
        | operation          |
        | finding shows      |
        | creating a VOD     |
        | receiving captions |
        | reporting progress |

    @id.VOD-066
    Scenario: A show that was made for a publication that failed is used by the next
      Given Dana has the captioned VOD "City Council"
      And Cablecast responds to "creating a VOD" with 401 once
      And Dana has tried to publish the VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is linked to the show "City Council"

  Rule: Processing at Cablecast is followed to the end

    @id.VOD-068
    Scenario: Progress at Cablecast is followed to the end
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Vera has subscribed to "tasks"
      When Dana publishes the VOD "City Council"
      Then Vera receives the publication progress "0, 25, 50, 75, 100" of "City Council"
      And the VOD "City Council" is published and stored with its Cablecast ids

    @id.VOD-068
    Scenario Outline: Progress that is <percent> percent <times> is followed to the end
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast reports the status "processing" at <percent> percent <times>
      And Vera has subscribed to "tasks"
      When Dana publishes the VOD "City Council"
      Then Vera receives the publication progress "<seen>" of "City Council"
      And the VOD "City Council" is published and stored with its Cablecast ids

      Examples: slow, irregular, immediate
        | percent | times   | seen                   |
        | 10      | 3 times | 0, 10, 25, 50, 75, 100 |
        | 99      | once    | 0, 99, 100             |
        | 60      | once    | 0, 60, 75, 100         |
        | 100     | once    | 0, 100                 |

    @id.VOD-068
    Scenario: A VOD that Cablecast fails to process is reported
      Given Dana has the captioned VOD "City Council"
      And Cablecast has the show "City Council" dated today
      And Cablecast reports the status "failed" at 50 percent always
      And Vera has subscribed to "tasks"
      When Dana publishes the VOD "City Council"
      Then Vera receives the publication progress "0, 50" of "City Council"
      And the publication of "City Council" ended as "failed (Cablecast could not process the VOD)"
