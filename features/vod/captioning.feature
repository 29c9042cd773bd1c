@allure.label.epic:Video_on_demand @needs.database @needs.redis @needs.storage @needs.writes
Feature: Captioning a recorded meeting
  Residents who cannot hear the meeting read it. A recording is therefore captioned before anyone can watch
  it, without an editor doing more than handing it in.

  Rule: A recording that can be transcribed becomes a captioned VOD

    @smoke @blocker @id.VOD-040
    Scenario: A council meeting is captioned from its recording
      Given Dana has a 5 minute recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" passes through pending, processing and completed within 30 seconds

    @smoke @critical @id.VOD-041
    Scenario: The captions say what was said, when it was said
      Given Dana has a 5 minute recording of "City Council"
      When she has it captioned
      Then the captions of "City Council" are a valid SCC file beside the recording
      And the captions of "City Council" say what was said, when it was said
      And the captions of "City Council" cover 5 minutes

    @smoke @critical @id.VOD-042
    Scenario: A summary is made from the captions
      Given Dana has a 5 minute recording of "City Council"
      When she has it captioned
      Then the summary of "City Council" tells who speaks when, in chunks of five cues

    @id.VOD-045
    Scenario: A recording in which nobody speaks gets a placeholder
      Given Dana has a silent recording of "Empty Chamber"
      When she has it captioned
      Then the captions of "Empty Chamber" are the one cue "[No speech detected]"

  Rule: A recording that cannot be transcribed fails with a reason an editor understands

    @id.VOD-046
    Scenario Outline: A recording that is <condition> fails, and says why
      Given Dana has a <condition> recording of "City Council"
      When she submits it for captioning
      Then the VOD "City Council" becomes failed because "<reason>"

      Examples: what can be wrong with a recording
        | condition | reason                    |
        | corrupt   | the media cannot be read  |
        | cut off   | the media cannot be read  |
        | empty     | the media file is empty   |
        | missing   | the media file is missing |
