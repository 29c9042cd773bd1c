@allure.label.epic:Video_on_demand @needs.storage @needs.writes
Feature: Reading a VOD
  Editors register recordings and search for them later; they find them as they were registered.

  Rule: A VOD is read as registered

    @id.VOD-102
    Scenario: A title in several scripts is returned as sent
      Given Dana has the VOD "Città · Ратуша 🎥"
      When Vera reads the VOD "Città · Ратуша 🎥"
      Then the response has the registered values of "Città · Ратуша 🎥"

    @id.VOD-103 @needs.database
    Scenario: Reading a captioned VOD leaves it captioned
      Given Dana has the captioned VOD "Empty Chamber"
      When Vera reads the VOD "Empty Chamber"
      Then the VOD "Empty Chamber" has the status "completed"
      And nothing was changed
