@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Taking a recording in
  An editor registers the recording of a meeting as a VOD. From then on everybody who is signed in can find
  it, and the platform knows what has become of it.

  Rule: What an editor registers is stored and shown as it was registered

    @smoke @blocker @id.VOD-001
    Scenario: A recording is registered and stored
      Given Dana has a 5 minute recording of "City Council"
      When she registers it as a VOD
      Then the VOD "City Council" is stored as pending, as Dana registered it

    @smoke @critical @id.VOD-004
    Scenario: A viewer reads what an editor registered
      Given the VOD "City Council" of Dana
      When Vera reads the VOD "City Council"
      Then she sees what was registered for "City Council"

  Rule: What makes no sense is refused and changes nothing

    @smoke @critical @id.VOD-011
    Scenario: A status that does not exist is refused, and the old one stays
      Given the VOD "City Council" of Dana
      When Dana sets the status of the VOD "City Council" to "finished"
      Then she is told that "status" is invalid
      And the VOD "City Council" is still pending
      And nothing was changed
