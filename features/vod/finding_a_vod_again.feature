@allure.label.epic:Video_on_demand @needs.storage @needs.writes
Feature: Reading a VOD
  Editors hand recordings in and look for them later; what they find is what they wrote.

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
