@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes @needs.partners
Feature: Publishing at Cablecast
  Viewers watch at Cablecast. A captioned VOD is therefore handed over to the show it belongs to, once, with
  its captions.

  Rule: A captioned VOD is handed over once

    @smoke @blocker @id.VOD-060
    Scenario: A captioned VOD is published under its show
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council"
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published, with show and VOD of Cablecast noted
      And Cablecast has one VOD of "City Council", with the captions as they were written

    @id.VOD-067
    Scenario: Publishing twice makes one VOD
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council"
      And Dana has published the VOD "City Council"
      When Dana publishes the VOD "City Council"
      Then Cablecast has one VOD of "City Council", with the captions as they were written

  Rule: Trouble at Cablecast is waited out, or reported

    @id.VOD-064
    Scenario Outline: Cablecast fails at <operation>, twice, and then works again
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council"
      And Cablecast answers "<operation>" with 503, twice
      When Dana publishes the VOD "City Council"
      Then the VOD "City Council" is published, with show and VOD of Cablecast noted
      And Cablecast has one VOD of "City Council", with the captions as they were written

      Examples: each step of the way
        | operation          |
        | finding shows      |
        | creating a VOD     |
        | receiving captions |

    @id.VOD-065
    Scenario: Credentials that Cablecast refuses are reported at once
      Given the captioned VOD "City Council" of Dana
      And Cablecast has the show "City Council"
      And Cablecast answers "finding shows" with 401, always
      When Dana publishes the VOD "City Council"
      Then publishing "City Council" failed because "Cablecast refused our credentials"
