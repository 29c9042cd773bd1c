@allure.label.epic:Operations
Feature: What administrators watch
  Administrators see how much waits, who works on it and what failed, in the API and on a page of their own. Nobody
  else does.

  Rule: The administrator sees the queue and what failed

    @critical @id.OPS-003 @needs.database @needs.storage @needs.writes @lock.platform
    Scenario: The administrator sees what is in the queue, and who works
      Given the captioning of "City Council", which takes 3 seconds, is under way
      When Omar looks at the queue
      Then Omar sees 1 processing in the queue, and a worker that lives

    @critical @id.OPS-004 @needs.browser @needs.storage @needs.writes
    Scenario: The administrator's page shows all that in a browser, and renews itself
      Given Omar opened the administrator's page in a browser
      And Dana has a corrupt recording of "City Council"
      When she submits it for captioning
      Then the page shows "City Council" as "the media cannot be read" in its table of "failures"
      And the page shows "cablecast" as "healthy" in its table of "services"
      And the page renews itself, and shows a worker that lives

    @critical @id.OPS-006 @needs.storage @needs.writes
    Scenario Outline: Administrators are told that a <condition> recording could not be captioned
      Given Dana has a <condition> recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" becomes failed because "<reason>"
      And Omar is notified that captioning "City Council" failed because "<reason>"

      Examples: what can be wrong with a recording
        | condition | reason                    |
        | corrupt   | the media cannot be read  |
        | missing   | the media file is missing |

  Rule: Nobody else sees it

    @critical @id.OPS-005
    Scenario Outline: A viewer is refused the <view>
      When Vera looks at the <view>
      Then Vera is refused for lack of rights

      Examples: all that administrators watch
        | view                 |
        | queue                |
        | status               |
        | administrator's page |

    @id.OPS-009 @needs.browser
    Scenario: In a browser, too, the administrator's page is closed to a viewer
      When Vera opens the administrator's page in a browser
      Then the page stays closed to her: "Your role does not allow this."
