@allure.label.epic:Video_on_demand
Feature: Shows
  Not selected by the test, which runs the other file.

  @readonly @id.VOD-060
  Scenario: A show is in the list
    When an unauthenticated client sends GET /api/shows
    Then the response is 200
