@allure.label.epic:Login_and_roles @needs.database @needs.redis @needs.writes
Feature: Secrets and security headers in responses
  An answer is read by browsers, proxies and logs. It holds nothing that lets its reader be somebody else.

  Rule: No response contains a secret

    @critical @id.ACC-022
    Scenario Outline: The response of the <page> to <who> contains no secret
      Given Dana is signed in
      When <who> calls the <page>
      Then no response contains a password, a hash or another user's token

      Examples: served
        | who  | page         |
        | Omar | account list |
        | Dana | own account  |

      Examples: refused
        | who     | page         |
        | Dana    | account list |
        | Mallory | account list |
        | Mallory | own account  |

    @id.ACC-022
    Scenario Outline: A sign-in rejected for <attempt> contains no secret
      When Mallory tries to sign in to Dana's account with <attempt>
      Then no response contains a password, a hash or another user's token

      Examples:
        | attempt                     |
        | an unknown user name        |
        | no user name                |
        | a number as user name       |
        | an object as password       |
        | an unknown field            |
        | a list instead of an object |
        | a form instead of JSON      |

    @id.ACC-022
    Scenario Outline: A change of an account shows no secret, <end>
      Given Dana has a new account
      And Dana is signed in
      When <who> sets Dana's role to "viewer"
      Then no response contains a password, a hash or another user's token

      Examples:
        | who  | end     |
        | Omar | served  |
        | Dana | refused |

  Rule: Every response has the security headers

    @id.ACC-024
    Scenario Outline: An answer of <status> carries the security headers
      When Vera sends a request that is answered with <status>
      Then the response has the headers
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
