@allure.label.epic:Research @needs.database @needs.redis @needs.writes
Feature: The people research is done for
  An administrator keeps a record of everybody who does research. Two people are never taken for one, and who was
  taken off the list by mistake comes back as they were.

  Rule: A user is stored as they were given

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
      Given the user "Alma" of Omar
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

  Rule: Nobody is stored by halves, or twice

    @id.RES-004
    Scenario Outline: A user without <what> is refused, and nothing is stored
      Given Omar is signed in
      When Omar creates the user "Alma" with
        | field   | value   |
        | <field> | <value> |
      Then he is told that "<field>" is invalid
      And nothing was changed

      Examples: what a user cannot be without
        | what              | field    | value           |
        | an id             | user_id  | {absent}        |
        | a mail address    | email    | {absent}        |
        | a name            | username | {absent}        |
        | a real address    | email    | alma at example |
        | characters for id | user_id  | ""              |

    @id.RES-005
    Scenario Outline: A second user with the <what> of the first is refused
      Given the user "Alma" of Omar
      When Omar creates the user "Berta" with
        | field   | value   |
        | <field> | <value> |
      Then he is refused as conflicting
      And nothing was changed

      Examples: what belongs to one user alone
        | what                       | field    | value                               |
        | id                         | user_id  | {user Alma}                         |
        | name                       | username | {user Alma}                         |
        | name, in capitals,         | username | {user Alma in capitals}             |
        | mail address               | email    | {user Alma}@example.org             |
        | mail address, in capitals, | email    | {user Alma in capitals}@EXAMPLE.ORG |

    @id.RES-100
    Scenario: When one user of many cannot be created, none is
      Given the user "Alma" of Omar
      When Omar creates these users in one request
        | name  | email                    |
        | Berta | {user Berta}@example.org |
        | Clara | {user Clara}@example.org |
        | Doris | {user Alma}@example.org  |
      Then he is refused as conflicting
      And nothing was changed

    @id.RES-100
    Scenario: When all users of a request can be created, all are
      When Omar creates these users in one request
        | name  | email                    |
        | Berta | {user Berta}@example.org |
        | Clara | {user Clara}@example.org |
      Then the answer is 201
      And the answer has
        | path              | value              |
        | total             | 2                  |
        | users[0].username | {matching ^berta-} |

    @id.RES-101
    Scenario: Ten users created at the same moment are ten different users
      When Omar creates 10 users, all at the same moment
      Then all of them are stored, and all are different

  Rule: Who is deleted is hidden until restored

    @id.RES-006
    Scenario: A deleted user is hidden
      Given the user "Alma" of Omar
      When Omar deletes the user "Alma"
      Then the user "Alma" is hidden

    @id.RES-006
    Scenario: A restored user is back as they were
      Given the user "Alma" of Omar
      And Omar deleted the user "Alma"
      When Omar restores the user "Alma"
      Then the user "Alma" is there
      And the user "Alma" is stored with
        | field      | value                   |
        | email      | {user Alma}@example.org |
        | created_at | {as before}             |
