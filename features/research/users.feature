@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: User profiles
  An administrator keeps a record of everybody who does research. Two people are never taken for one, and who was
  taken off the list by mistake comes back as they were.

  Rule: A user is stored as sent

    @critical @id.RES-001
    Scenario: A user is created and read back
      When Omar creates the user "Alma"
      Then the user "Alma" is stored with
        | field   | value                   |
        | user_id | {user Alma}             |
        | email   | {user Alma}@example.org |
        | role    | viewer                  |

    @id.RES-002
    Scenario: Both times of a new user are set, and are the same
      When Omar creates the user "Alma"
      Then the user "Alma" is stored with
        | field      | value            |
        | created_at | {a time}         |
        | updated_at | {its created_at} |

    @id.RES-003
    Scenario Outline: A new <field> moves the time of the last change, and no other
      Given Omar has the user "Alma"
      When Omar changes the user "Alma" to
        | field   | value   |
        | <field> | <value> |
      Then the user "Alma" is stored with
        | field      | value               |
        | <field>    | <value>             |
        | created_at | {as before}         |
        | updated_at | {later than before} |

      Examples: what can be changed
        | field | value                       |
        | email | new-{user Alma}@example.org |

  Rule: Incomplete and duplicate users are rejected

    @id.RES-004
    Scenario Outline: A user without <what> is rejected and not stored
      Given Omar is signed in
      When Omar creates the user "Alma" with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as invalid in "<field>"
      And nothing was changed

      Examples: what a user cannot be without
        | what              | field    | value           |
        | an id             | user_id  | {absent}        |
        | a mail address    | email    | {absent}        |
        | a name            | username | {absent}        |
        | a real address    | email    | alma at example |
        | characters for id | user_id  | ""              |

    @id.RES-005
    Scenario Outline: A second user with the same <what> is rejected
      Given Omar has the user "Alma"
      When Omar creates the user "Berta" with
        | field   | value   |
        | <field> | <value> |
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: what belongs to one user alone
        | what                       | field    | value                               |
        | id                         | user_id  | {user Alma}                         |
        | name                       | username | {user Alma}                         |
        | name, in capitals,         | username | {user Alma in capitals}             |
        | mail address               | email    | {user Alma}@example.org             |
        | mail address, in capitals, | email    | {user Alma in capitals}@EXAMPLE.ORG |

    @id.RES-100
    Scenario: A bulk request with one duplicate creates no user
      Given Omar has the user "Alma"
      When Omar creates these users in one request
        | name  | email                    |
        | Berta | {user Berta}@example.org |
        | Clara | {user Clara}@example.org |
        | Doris | {user Alma}@example.org  |
      Then the request is rejected as conflicting
      And nothing was changed

    @id.RES-100
    Scenario: When all users of a request can be created, all are
      When Omar creates these users in one request
        | name  | email                    |
        | Berta | {user Berta}@example.org |
        | Clara | {user Clara}@example.org |
      Then the response is 201
      And the response has
        | path              | value              |
        | total             | 2                  |
        | users[0].username | {matching ^berta-} |

    @id.RES-101
    Scenario: Ten users created concurrently are all different
      When Omar creates 10 users concurrently
      Then all of them are stored and different

  Rule: A deleted user is hidden until restored

    @id.RES-006
    Scenario: A deleted user is hidden
      Given Omar has the user "Alma"
      When Omar deletes the user "Alma"
      Then the user "Alma" is soft-deleted

    @id.RES-006
    Scenario: A restored user is back as they were
      Given Omar has the user "Alma"
      And Omar has deleted the user "Alma"
      When Omar restores the user "Alma"
      Then the user "Alma" is available
      And the user "Alma" is stored with
        | field      | value                   |
        | email      | {user Alma}@example.org |
        | created_at | {as before}             |
