@allure.label.epic:Status_tracking @needs.database @needs.redis @needs.writes
Feature: States of a status
  A status moves forward only: from queued through the stages to one of three ends. Of the 169 pairs of states an
  update moves 66, keeps 10 and rejects 93.

  Rule: An update moves a status forward

    @id.STA-015
    Scenario Outline: An update moves a status from <from> to <to>
      Given Dana has the status "Import" in the state "<from>"
      When Dana moves the status "Import" to "<to>"
      Then the response is 200
      And the status "Import" is stored with
        | field      | value               |
        | status     | <to>                |
        | updated_at | {later than before} |
      And the table "status_history" has 1 row with
        | column          | value              |
        | status_id       | {status Import.id} |
        | change_type     | status_update      |
        | previous_status | <from>             |
        | new_status      | <to>               |

      Examples: moves from queued
        | from   | to                    |
        | queued | starting              |
        | queued | metadata_extraction   |
        | queued | transcript_extraction |
        | queued | language_detection    |
        | queued | summary_generation    |
        | queued | keyword_extraction    |
        | queued | timestamped_segments  |
        | queued | finalizing            |
        | queued | failed                |
        | queued | cancelled             |

      Examples: moves from starting
        | from     | to                    |
        | starting | metadata_extraction   |
        | starting | transcript_extraction |
        | starting | language_detection    |
        | starting | summary_generation    |
        | starting | keyword_extraction    |
        | starting | timestamped_segments  |
        | starting | finalizing            |
        | starting | completed             |
        | starting | failed                |
        | starting | cancelled             |

      Examples: moves from metadata_extraction
        | from                | to                    |
        | metadata_extraction | transcript_extraction |
        | metadata_extraction | language_detection    |
        | metadata_extraction | summary_generation    |
        | metadata_extraction | keyword_extraction    |
        | metadata_extraction | timestamped_segments  |
        | metadata_extraction | finalizing            |
        | metadata_extraction | completed             |
        | metadata_extraction | failed                |
        | metadata_extraction | cancelled             |

      Examples: moves from transcript_extraction
        | from                  | to                   |
        | transcript_extraction | language_detection   |
        | transcript_extraction | summary_generation   |
        | transcript_extraction | keyword_extraction   |
        | transcript_extraction | timestamped_segments |
        | transcript_extraction | finalizing           |
        | transcript_extraction | completed            |
        | transcript_extraction | failed               |
        | transcript_extraction | cancelled            |

      Examples: moves from language_detection
        | from               | to                   |
        | language_detection | summary_generation   |
        | language_detection | keyword_extraction   |
        | language_detection | timestamped_segments |
        | language_detection | finalizing           |
        | language_detection | completed            |
        | language_detection | failed               |
        | language_detection | cancelled            |

      Examples: moves from summary_generation
        | from               | to                   |
        | summary_generation | keyword_extraction   |
        | summary_generation | timestamped_segments |
        | summary_generation | finalizing           |
        | summary_generation | completed            |
        | summary_generation | failed               |
        | summary_generation | cancelled            |

      Examples: moves from keyword_extraction
        | from               | to                   |
        | keyword_extraction | timestamped_segments |
        | keyword_extraction | finalizing           |
        | keyword_extraction | completed            |
        | keyword_extraction | failed               |
        | keyword_extraction | cancelled            |

      Examples: moves from timestamped_segments
        | from                 | to         |
        | timestamped_segments | finalizing |
        | timestamped_segments | completed  |
        | timestamped_segments | failed     |
        | timestamped_segments | cancelled  |

      Examples: moves from finalizing
        | from       | to        |
        | finalizing | completed |
        | finalizing | failed    |
        | finalizing | cancelled |

      Examples: moves from retry_pending
        | from          | to        |
        | retry_pending | queued    |
        | retry_pending | starting  |
        | retry_pending | failed    |
        | retry_pending | cancelled |

  Rule: An update may keep the state

    @id.STA-015
    Scenario Outline: An update that keeps <state> and nothing else changes nothing
      Given Dana has the status "Import" in the state "<state>"
      When Dana moves the status "Import" to "<state>"
      Then the response is 200
      And nothing was changed

      Examples: states that are not an end
        | state                 |
        | queued                |
        | starting              |
        | metadata_extraction   |
        | transcript_extraction |
        | language_detection    |
        | summary_generation    |
        | keyword_extraction    |
        | timestamped_segments  |
        | finalizing            |
        | retry_pending         |

  Rule: Every other pair is rejected

    @critical @id.STA-016
    Scenario Outline: An update from <from> to <to> is rejected
      Given Dana has the status "Import" in the state "<from>"
      When Dana moves the status "Import" to "<to>"
      Then the request is rejected as conflicting
      And nothing was changed

      Examples: rejected from queued
        | from   | to            |
        | queued | retry_pending |
        | queued | completed     |

      Examples: rejected from starting
        | from     | to            |
        | starting | queued        |
        | starting | retry_pending |

      Examples: rejected from metadata_extraction
        | from                | to            |
        | metadata_extraction | queued        |
        | metadata_extraction | starting      |
        | metadata_extraction | retry_pending |

      Examples: rejected from transcript_extraction
        | from                  | to                  |
        | transcript_extraction | queued              |
        | transcript_extraction | starting            |
        | transcript_extraction | metadata_extraction |
        | transcript_extraction | retry_pending       |

      Examples: rejected from language_detection
        | from               | to                    |
        | language_detection | queued                |
        | language_detection | starting              |
        | language_detection | metadata_extraction   |
        | language_detection | transcript_extraction |
        | language_detection | retry_pending         |

      Examples: rejected from summary_generation
        | from               | to                    |
        | summary_generation | queued                |
        | summary_generation | starting              |
        | summary_generation | metadata_extraction   |
        | summary_generation | transcript_extraction |
        | summary_generation | language_detection    |
        | summary_generation | retry_pending         |

      Examples: rejected from keyword_extraction
        | from               | to                    |
        | keyword_extraction | queued                |
        | keyword_extraction | starting              |
        | keyword_extraction | metadata_extraction   |
        | keyword_extraction | transcript_extraction |
        | keyword_extraction | language_detection    |
        | keyword_extraction | summary_generation    |
        | keyword_extraction | retry_pending         |

      Examples: rejected from timestamped_segments
        | from                 | to                    |
        | timestamped_segments | queued                |
        | timestamped_segments | starting              |
        | timestamped_segments | metadata_extraction   |
        | timestamped_segments | transcript_extraction |
        | timestamped_segments | language_detection    |
        | timestamped_segments | summary_generation    |
        | timestamped_segments | keyword_extraction    |
        | timestamped_segments | retry_pending         |

      Examples: rejected from finalizing
        | from       | to                    |
        | finalizing | queued                |
        | finalizing | starting              |
        | finalizing | metadata_extraction   |
        | finalizing | transcript_extraction |
        | finalizing | language_detection    |
        | finalizing | summary_generation    |
        | finalizing | keyword_extraction    |
        | finalizing | timestamped_segments  |
        | finalizing | retry_pending         |

      Examples: rejected from retry_pending
        | from          | to                    |
        | retry_pending | metadata_extraction   |
        | retry_pending | transcript_extraction |
        | retry_pending | language_detection    |
        | retry_pending | summary_generation    |
        | retry_pending | keyword_extraction    |
        | retry_pending | timestamped_segments  |
        | retry_pending | finalizing            |
        | retry_pending | completed             |

      Examples: rejected from completed
        | from      | to                    |
        | completed | queued                |
        | completed | starting              |
        | completed | metadata_extraction   |
        | completed | transcript_extraction |
        | completed | language_detection    |
        | completed | summary_generation    |
        | completed | keyword_extraction    |
        | completed | timestamped_segments  |
        | completed | finalizing            |
        | completed | retry_pending         |
        | completed | completed             |
        | completed | failed                |
        | completed | cancelled             |

      Examples: rejected from failed
        | from   | to                    |
        | failed | queued                |
        | failed | starting              |
        | failed | metadata_extraction   |
        | failed | transcript_extraction |
        | failed | language_detection    |
        | failed | summary_generation    |
        | failed | keyword_extraction    |
        | failed | timestamped_segments  |
        | failed | finalizing            |
        | failed | retry_pending         |
        | failed | completed             |
        | failed | failed                |
        | failed | cancelled             |

      Examples: rejected from cancelled
        | from      | to                    |
        | cancelled | queued                |
        | cancelled | starting              |
        | cancelled | metadata_extraction   |
        | cancelled | transcript_extraction |
        | cancelled | language_detection    |
        | cancelled | summary_generation    |
        | cancelled | keyword_extraction    |
        | cancelled | timestamped_segments  |
        | cancelled | finalizing            |
        | cancelled | retry_pending         |
        | cancelled | completed             |
        | cancelled | failed                |
        | cancelled | cancelled             |
