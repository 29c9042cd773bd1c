@allure.label.epic:Video_on_demand @needs.storage @needs.writes
Feature: Finding a VOD again
  Editors hand recordings in and look for them later; what they find is what they wrote.

  Rule: What was registered is found as it was written

    @id.VOD-102
    Scenario: A title in several scripts is kept as it was written
      Given the VOD "Città · Ратуша 🎥" of Dana
      When Vera reads the VOD "Città · Ратуша 🎥"
      Then she sees what was registered for "Città · Ратуша 🎥"

    @id.VOD-103 @needs.database
    Scenario: Reading a captioned VOD leaves it captioned
      Given the captioned VOD "Empty Chamber" of Dana
      When Vera reads the VOD "Empty Chamber"
      Then the VOD "Empty Chamber" is still completed
      And nothing was changed
