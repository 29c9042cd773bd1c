@allure.label.epic:Research @needs.database @needs.writes
Feature: Research sessions and their states
  A researcher's work on a stock is a session. Its state says how far the work is; a session that is
  completed stays as it is.

  Rule: A session belongs to the researcher who started it

    @smoke @critical @id.RES-010
    Scenario: A session is started on a ticker
      When Ravi starts a research session on "AAPL"
      Then the session on "AAPL" is stored as "initialized" and belongs to Ravi

  Rule: A session moves forward through its states

    @smoke @critical @id.RES-020
    Scenario: A session goes from initialized over processing to completed
      Given the research session on "AAPL" of Ravi
      And Ravi moved the session on "AAPL" to "processing"
      When Ravi moves the session on "AAPL" to "completed"
      Then the move is accepted, and the session on "AAPL" went through "processing, completed"

    @smoke @id.RES-022
    Scenario: A state that does not exist is refused, and the session stays as it was
      Given the research session on "AAPL" of Ravi
      When Ravi moves the session on "AAPL" to "finished"
      Then he is told that "state" is invalid
      And nothing was changed
