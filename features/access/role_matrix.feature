@allure.label.epic:Login_and_roles @needs.writes
Feature: Permissions of each role
  Every operation of the platform, and whether each role may use it. A new operation that is missing in this
  table fails the run until someone decides.

  Background:
    Given the role matrix
      | operation                                                      | unauthenticated | viewer   | editor   | manager  | researcher | administrator |
      | POST /api/auth/login                                           | allowed         | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/auth/refresh                                         | allowed         | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/auth/logout                                          | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/auth/logout/all                                      | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/auth/password                                        | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/auth/me                                               | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/protected                                             | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/admin                                                 | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /api/admin/users                                           | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | POST /api/admin/users                                          | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | PATCH /api/admin/users/{user_id}                               | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | DELETE /api/admin/users/{user_id}                              | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | PUT /api/admin/users/{user_id}/password                        | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | DELETE /api/admin/users/{user_id}/lockout                      | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | POST /api/vod/create                                           | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/vod/list                                              | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/vod/{vod_id}                                          | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | PUT /api/vod/{vod_id}                                          | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | DELETE /api/vod/{vod_id}                                       | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/vod/{vod_id}/transcribe                              | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/vod/{vod_id}/publish                                 | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/vod/{vod_id}/transcription                            | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/vod/{vod_id}/captions                                 | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/vod/{vod_id}/summary                                  | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/tasks/{task_id}                                       | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | DELETE /api/tasks/{task_id}                                    | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/vod/batch-transcribe                                 | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/vod/{vod_id}/show                                     | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/vod/{vod_id}/show                                    | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | DELETE /api/vod/{vod_id}/show                                  | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/queue                                                 | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/research/sessions                                    | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/research/sessions                                     | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/research/sessions/{session_id}                        | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | DELETE /api/research/sessions/{session_id}                     | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/restore               | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/transition            | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | PATCH /api/research/sessions/{session_id}/data                 | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/notifications                                         | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/notifications                                        | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/notifications/{notification_id}                       | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | DELETE /api/notifications/{notification_id}                    | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/notifications/{notification_id}/read                 | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/users                                                | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | POST /api/users/bulk                                           | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /api/users                                                 | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /api/users/{key}                                           | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | PATCH /api/users/{key}                                         | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | DELETE /api/users/{key}                                        | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | POST /api/users/{key}/restore                                  | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | PUT /api/research/sessions/{session_id}/notes                  | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/fetch                 | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/analyse               | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/report                | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/save                  | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/validate/ticker                                       | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/events                                                | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/events                                               | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/events/{event_id}                                     | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/documents                                            | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/documents/batch                                      | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/documents/search                                     | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/documents                                             | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/documents/{document_id}                               | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | DELETE /api/documents/{document_id}                            | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/portfolios                                           | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/portfolios                                            | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/portfolios/{portfolio_id}                             | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | DELETE /api/portfolios/{portfolio_id}                          | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/portfolios/{portfolio_id}/returns                     | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | POST /api/portfolios/{portfolio_id}/positions                  | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | PATCH /api/portfolios/{portfolio_id}/positions/{position_id}   | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | DELETE /api/portfolios/{portfolio_id}/positions/{position_id}  | rejected        | rejected | rejected | rejected | allowed    | allowed       |
      | GET /api/privacy/export                                        | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/privacy/erase                                        | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/health                                                | allowed         | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /metrics                                                   | allowed         | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/admin/queue                                           | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /api/admin/status                                          | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /admin                                                     | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | POST /admin/sign-in                                            | allowed         | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /admin/sign-out                                           | allowed         | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/webhooks                                             | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/webhooks                                              | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/webhooks/{webhook_id}                                 | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | PATCH /api/webhooks/{webhook_id}                               | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | DELETE /api/webhooks/{webhook_id}                              | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/webhooks/{webhook_id}/deliveries                      | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/webhooks/{webhook_id}/deliveries/{delivery_id}/retry | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/status                                               | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/status/batch                                         | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/status/batches/{batch_id}                             | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/status                                                | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/status/filter                                        | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/status/presets/{name}                                 | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/status/aggregates                                     | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/status/metrics/summary                                | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/status/metrics/workers/{worker_id}                    | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/status/bulk/cancel                                   | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/status/updates                                       | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/status/updates/{receipt_id}                           | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/status/events                                         | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | POST /api/status/cleanup                                       | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /api/status/{status_id}                                    | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | PUT /api/status/{status_id}                                    | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | PATCH /api/status/{status_id}/progress                         | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/status/{status_id}/error                             | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/status/{status_id}/heartbeat                         | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/status/{status_id}/retry                             | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/status/{status_id}/history                            | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | DELETE /api/status/{status_id}                                 | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/jobs                                                 | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/jobs/batch                                           | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/jobs                                                  | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/jobs/tasks                                            | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/jobs/queues                                           | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | PUT /api/jobs/queues/{name}                                    | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /api/jobs/stats                                            | rejected        | rejected | rejected | rejected | rejected   | allowed       |
      | GET /api/jobs/{job_id}                                         | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | DELETE /api/jobs/{job_id}                                      | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/jobs/{job_id}/events                                  | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/jobs/{job_id}/cancel                                 | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/jobs/{job_id}/abort                                  | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/jobs/{job_id}/retry                                  | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | POST /api/records                                              | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | GET /api/records                                               | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/records/stats                                         | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/records/{record_id}                                   | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | GET /api/counters/{name}                                       | rejected        | allowed  | allowed  | allowed  | allowed    | allowed       |
      | DELETE /api/records/{record_id}                                | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |
      | DELETE /api/counters/{name}                                    | rejected        | rejected | allowed  | allowed  | rejected   | allowed       |

  @critical @id.ACC-015
  Scenario: Every operation of the platform is decided for every role
    When the operations are read from the OpenAPI document
    Then the matrix covers every operation for every role and no other operation

  @critical @id.ACC-015
  Scenario Outline: <who>, <role>, is allowed exactly what the matrix states
    Given <who> has a new account
    When <who> calls every operation
    Then the responses to <who> match the matrix

    Examples:
      | who  | role             |
      | Vera | a viewer         |
      | Dana | an editor        |
      | Mona | a manager        |
      | Ravi | a researcher     |
      | Omar | an administrator |

  @critical @id.ACC-015
  Scenario: Mallory, who has no account, may do next to nothing
    When Mallory calls every operation
    Then the responses to Mallory match the matrix
