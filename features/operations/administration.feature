@allure.label.epic:Operations
Feature: Administration of queue and failures
  Administrators see how much waits, who works on it and what failed, in the API and on a page of their own. Nobody
  else does.

  Rule: Administrators see the queue and failures

    @critical @id.OPS-003 @needs.database @needs.storage @needs.writes @lock.platform
    Scenario: The administrator sees the queue and a live worker
      Given a captioning of "City Council" that takes 3 seconds is running
      When Omar opens the admin queue
      Then the admin queue counts 1 as processing and shows a live worker

    @critical @id.OPS-004 @needs.browser @needs.storage @needs.writes
    Scenario: The administrator's page shows all that in a browser, and renews itself
      Given Omar has opened the admin page in a browser
      And Dana has a corrupt recording of "City Council"
      When she submits it for captioning
      Then the page shows "the media cannot be read" for "City Council" in the table "failures"
      And the page shows "healthy" for "cablecast" in the table "services"
      And the page reloads itself and shows a live worker

    @critical @id.OPS-006 @needs.storage @needs.writes
    Scenario Outline: Administrators are notified of a <condition> recording
      Given Dana has a <condition> recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" becomes failed because "<reason>"
      And Omar is notified that captioning "City Council" failed because "<reason>"

      Examples: what can be wrong with a recording
        | condition | reason                    |
        | corrupt   | the media cannot be read  |
        | missing   | the media file is missing |

  Rule: Only administrators see them

    @critical @id.OPS-005
    Scenario Outline: The <view> is forbidden to a viewer
      When Vera opens the <view>
      Then the request is rejected as forbidden

      Examples: all that administrators watch
        | view         |
        | admin queue  |
        | admin status |
        | admin page   |

    @id.OPS-009 @needs.browser
    Scenario: In a browser, too, the administrator's page is closed to a viewer
      When Vera opens the admin page in a browser
      Then the page shows only the message "Your role does not allow this."
