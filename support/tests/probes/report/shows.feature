@allure.label.epic:Video_on_demand
Feature: Shows
  Not asked for by the test: it runs the other file.

  @readonly @id.VOD-060
  Scenario: A show is in the list
    When nobody sends GET /api/shows
    Then the answer is 200
