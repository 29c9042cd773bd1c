@allure.label.epic:Login_and_roles @needs.database @needs.redis @needs.writes
Feature: What answers keep to themselves, and what they always carry
  An answer is read by browsers, proxies and logs. It holds nothing that lets its reader be somebody else.

  Rule: No answer shows a secret

    @critical @id.ACC-022
    Scenario Outline: <who> opens the <page> and sees no secret
      Given Dana is signed in
      When <who> opens the <page>
      Then no answer has shown a password, a hash or somebody else's token

      Examples: served
        | who  | page             |
        | Omar | list of accounts |
        | Dana | account page     |

      Examples: refused
        | who     | page             |
        | Dana    | list of accounts |
        | Mallory | list of accounts |
        | Mallory | account page     |

    @id.ACC-022
    Scenario Outline: A sign-in refused for <attempt> shows no secret
      When Mallory tries Dana's account with <attempt>
      Then no answer has shown a password, a hash or somebody else's token

      Examples:
        | attempt                  |
        | a name that nobody has   |
        | no name                  |
        | a number as name         |
        | an object as password    |
        | a field too many         |
        | a list instead of fields |
        | a form instead of JSON   |

    @id.ACC-022
    Scenario Outline: A change of an account shows no secret, <end>
      Given Dana has a new account
      And Dana is signed in
      When <who> sets Dana's role to "viewer"
      Then no answer has shown a password, a hash or somebody else's token

      Examples:
        | who  | end     |
        | Omar | served  |
        | Dana | refused |

  Rule: Every answer carries the security headers

    @id.ACC-024
    Scenario Outline: An answer of <status> carries the security headers
      When Vera asks for what is answered <status>
      Then the answer has these headers
        | header                  | value                                      |
        | X-Content-Type-Options  | nosniff                                    |
        | X-Frame-Options         | DENY                                       |
        | Referrer-Policy         | no-referrer                                |
        | Content-Security-Policy | default-src 'none'; frame-ancestors 'none' |
        | Cache-Control           | no-store                                   |
        | Server                  | {absent}                                   |

      Examples: served
        | status |
        | 200    |

      Examples: refused
        | status |
        | 401    |
        | 403    |
        | 404    |
        | 405    |
        | 413    |
        | 422    |
