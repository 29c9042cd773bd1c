@allure.label.epic:Login_and_roles @needs.writes
Feature: Permissions of each role
  Every operation of the platform, and whether each role may use it. A new operation that is missing in this
  table fails the run until someone decides.

  Background:
    Given the role matrix
      | operation                                                      | unauthenticated | viewer  | editor  | researcher | administrator |
      | POST /api/auth/login                                           | allowed         | allowed | allowed | allowed    | allowed       |
      | POST /api/auth/refresh                                         | allowed         | allowed | allowed | allowed    | allowed       |
      | POST /api/auth/logout                                          | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/auth/logout/all                                      | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/auth/password                                        | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/auth/me                                               | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/protected                                             | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/admin                                                 | refused         | refused | refused | refused    | allowed       |
      | GET /api/admin/users                                           | refused         | refused | refused | refused    | allowed       |
      | POST /api/admin/users                                          | refused         | refused | refused | refused    | allowed       |
      | PATCH /api/admin/users/{user_id}                               | refused         | refused | refused | refused    | allowed       |
      | DELETE /api/admin/users/{user_id}                              | refused         | refused | refused | refused    | allowed       |
      | PUT /api/admin/users/{user_id}/password                        | refused         | refused | refused | refused    | allowed       |
      | DELETE /api/admin/users/{user_id}/lockout                      | refused         | refused | refused | refused    | allowed       |
      | POST /api/vod/create                                           | refused         | refused | allowed | refused    | allowed       |
      | GET /api/vod/list                                              | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/vod/{vod_id}                                          | refused         | allowed | allowed | allowed    | allowed       |
      | PUT /api/vod/{vod_id}                                          | refused         | refused | allowed | refused    | allowed       |
      | DELETE /api/vod/{vod_id}                                       | refused         | refused | allowed | refused    | allowed       |
      | POST /api/vod/{vod_id}/transcribe                              | refused         | refused | allowed | refused    | allowed       |
      | POST /api/vod/{vod_id}/publish                                 | refused         | refused | allowed | refused    | allowed       |
      | GET /api/vod/{vod_id}/transcription                            | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/vod/{vod_id}/captions                                 | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/vod/{vod_id}/summary                                  | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/tasks/{task_id}                                       | refused         | allowed | allowed | allowed    | allowed       |
      | DELETE /api/tasks/{task_id}                                    | refused         | refused | allowed | refused    | allowed       |
      | POST /api/vod/batch-transcribe                                 | refused         | refused | allowed | refused    | allowed       |
      | GET /api/vod/{vod_id}/show                                     | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/vod/{vod_id}/show                                    | refused         | refused | allowed | refused    | allowed       |
      | DELETE /api/vod/{vod_id}/show                                  | refused         | refused | allowed | refused    | allowed       |
      | GET /api/queue                                                 | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/research/sessions                                    | refused         | refused | refused | allowed    | allowed       |
      | GET /api/research/sessions                                     | refused         | refused | refused | allowed    | allowed       |
      | GET /api/research/sessions/{session_id}                        | refused         | refused | refused | allowed    | allowed       |
      | DELETE /api/research/sessions/{session_id}                     | refused         | refused | refused | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/restore               | refused         | refused | refused | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/transition            | refused         | refused | refused | allowed    | allowed       |
      | PATCH /api/research/sessions/{session_id}/data                 | refused         | refused | refused | allowed    | allowed       |
      | GET /api/notifications                                         | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/notifications                                        | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/notifications/{notification_id}                       | refused         | allowed | allowed | allowed    | allowed       |
      | DELETE /api/notifications/{notification_id}                    | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/notifications/{notification_id}/read                 | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/users                                                | refused         | refused | refused | refused    | allowed       |
      | POST /api/users/bulk                                           | refused         | refused | refused | refused    | allowed       |
      | GET /api/users                                                 | refused         | refused | refused | refused    | allowed       |
      | GET /api/users/{key}                                           | refused         | refused | refused | refused    | allowed       |
      | PATCH /api/users/{key}                                         | refused         | refused | refused | refused    | allowed       |
      | DELETE /api/users/{key}                                        | refused         | refused | refused | refused    | allowed       |
      | POST /api/users/{key}/restore                                  | refused         | refused | refused | refused    | allowed       |
      | PUT /api/research/sessions/{session_id}/notes                  | refused         | refused | refused | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/fetch                 | refused         | refused | refused | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/analyse               | refused         | refused | refused | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/report                | refused         | refused | refused | allowed    | allowed       |
      | POST /api/research/sessions/{session_id}/save                  | refused         | refused | refused | allowed    | allowed       |
      | GET /api/validate/ticker                                       | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/events                                                | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/events                                               | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/events/{event_id}                                     | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/documents                                            | refused         | refused | refused | allowed    | allowed       |
      | POST /api/documents/batch                                      | refused         | refused | refused | allowed    | allowed       |
      | POST /api/documents/search                                     | refused         | refused | refused | allowed    | allowed       |
      | GET /api/documents                                             | refused         | refused | refused | allowed    | allowed       |
      | GET /api/documents/{document_id}                               | refused         | refused | refused | allowed    | allowed       |
      | DELETE /api/documents/{document_id}                            | refused         | refused | refused | allowed    | allowed       |
      | POST /api/portfolios                                           | refused         | refused | refused | allowed    | allowed       |
      | GET /api/portfolios                                            | refused         | refused | refused | allowed    | allowed       |
      | GET /api/portfolios/{portfolio_id}                             | refused         | refused | refused | allowed    | allowed       |
      | DELETE /api/portfolios/{portfolio_id}                          | refused         | refused | refused | allowed    | allowed       |
      | GET /api/portfolios/{portfolio_id}/returns                     | refused         | refused | refused | allowed    | allowed       |
      | POST /api/portfolios/{portfolio_id}/positions                  | refused         | refused | refused | allowed    | allowed       |
      | PATCH /api/portfolios/{portfolio_id}/positions/{position_id}   | refused         | refused | refused | allowed    | allowed       |
      | DELETE /api/portfolios/{portfolio_id}/positions/{position_id}  | refused         | refused | refused | allowed    | allowed       |
      | GET /api/privacy/export                                        | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/privacy/erase                                        | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/health                                                | allowed         | allowed | allowed | allowed    | allowed       |
      | GET /metrics                                                   | allowed         | allowed | allowed | allowed    | allowed       |
      | GET /api/admin/queue                                           | refused         | refused | refused | refused    | allowed       |
      | GET /api/admin/status                                          | refused         | refused | refused | refused    | allowed       |
      | GET /admin                                                     | refused         | refused | refused | refused    | allowed       |
      | POST /admin/sign-in                                            | allowed         | allowed | allowed | allowed    | allowed       |
      | POST /admin/sign-out                                           | allowed         | allowed | allowed | allowed    | allowed       |
      | POST /api/webhooks                                             | refused         | refused | allowed | refused    | allowed       |
      | GET /api/webhooks                                              | refused         | refused | allowed | refused    | allowed       |
      | GET /api/webhooks/{webhook_id}                                 | refused         | refused | allowed | refused    | allowed       |
      | PATCH /api/webhooks/{webhook_id}                               | refused         | refused | allowed | refused    | allowed       |
      | DELETE /api/webhooks/{webhook_id}                              | refused         | refused | allowed | refused    | allowed       |
      | GET /api/webhooks/{webhook_id}/deliveries                      | refused         | refused | allowed | refused    | allowed       |
      | POST /api/webhooks/{webhook_id}/deliveries/{delivery_id}/retry | refused         | refused | allowed | refused    | allowed       |
      | POST /api/status                                               | refused         | refused | allowed | refused    | allowed       |
      | POST /api/status/batch                                         | refused         | refused | allowed | refused    | allowed       |
      | GET /api/status/batches/{batch_id}                             | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/status                                                | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/status/filter                                        | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/status/presets/{name}                                 | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/status/aggregates                                     | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/status/metrics/summary                                | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/status/metrics/workers/{worker_id}                    | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/status/bulk/cancel                                   | refused         | refused | allowed | refused    | allowed       |
      | POST /api/status/updates                                       | refused         | refused | allowed | refused    | allowed       |
      | GET /api/status/updates/{receipt_id}                           | refused         | allowed | allowed | allowed    | allowed       |
      | GET /api/status/events                                         | refused         | allowed | allowed | allowed    | allowed       |
      | POST /api/status/cleanup                                       | refused         | refused | refused | refused    | allowed       |
      | GET /api/status/{status_id}                                    | refused         | allowed | allowed | allowed    | allowed       |
      | PUT /api/status/{status_id}                                    | refused         | refused | allowed | refused    | allowed       |
      | PATCH /api/status/{status_id}/progress                         | refused         | refused | allowed | refused    | allowed       |
      | POST /api/status/{status_id}/error                             | refused         | refused | allowed | refused    | allowed       |
      | POST /api/status/{status_id}/heartbeat                         | refused         | refused | allowed | refused    | allowed       |
      | POST /api/status/{status_id}/retry                             | refused         | refused | allowed | refused    | allowed       |
      | GET /api/status/{status_id}/history                            | refused         | allowed | allowed | allowed    | allowed       |
      | DELETE /api/status/{status_id}                                 | refused         | refused | allowed | refused    | allowed       |

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
      | Ravi | a researcher     |
      | Omar | an administrator |

  @critical @id.ACC-015
  Scenario: Mallory, who has no account, may do next to nothing
    When Mallory calls every operation
    Then the responses to Mallory match the matrix
