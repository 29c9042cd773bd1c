"""The states of a status, the allowed transitions, and the names that history and events use."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The state of a status, in the order in which lists sort it."""

    QUEUED = "queued"
    STARTING = "starting"
    METADATA_EXTRACTION = "metadata_extraction"
    TRANSCRIPT_EXTRACTION = "transcript_extraction"
    LANGUAGE_DETECTION = "language_detection"
    SUMMARY_GENERATION = "summary_generation"
    KEYWORD_EXTRACTION = "keyword_extraction"
    TIMESTAMPED_SEGMENTS = "timestamped_segments"
    FINALIZING = "finalizing"
    RETRY_PENDING = "retry_pending"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Priority(StrEnum):
    """The urgency of the work, from low to urgent."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class ChangeType(StrEnum):
    """The type of a history entry."""

    STATUS_UPDATE = "status_update"
    PROGRESS_UPDATE = "progress_update"
    ERROR_OCCURRED = "error_occurred"
    MANUAL_INTERVENTION = "manual_intervention"
    SYSTEM_EVENT = "system_event"


class EventType(StrEnum):
    """The type of an event, the same in the event feed and in webhooks."""

    CREATED = "status.created"
    CHANGED = "status.changed"
    PROGRESS = "status.progress"
    ERROR = "status.error"
    RETRY_SCHEDULED = "status.retry_scheduled"
    HEARTBEAT_MISSED = "status.heartbeat_missed"
    COMPLETED = "status.completed"
    FAILED = "status.failed"
    CANCELLED = "status.cancelled"


_ORDER = tuple(State)
STAGES = _ORDER[1:9]
ENDS = (State.COMPLETED, State.FAILED, State.CANCELLED)
NOT_ENDED = tuple(state for state in State if state not in ENDS)

END_EVENTS = {
    State.COMPLETED: EventType.COMPLETED,
    State.FAILED: EventType.FAILED,
    State.CANCELLED: EventType.CANCELLED,
}


def _targets(state: State) -> frozenset[State]:
    match state:
        case State.QUEUED:
            moves = {*STAGES, State.FAILED, State.CANCELLED}
        case State.RETRY_PENDING:
            moves = {State.QUEUED, State.STARTING, State.FAILED, State.CANCELLED}
        case _ if state in STAGES:
            moves = {*STAGES[STAGES.index(state) + 1 :], *ENDS}
        case _:
            return frozenset()
    return frozenset({state, *moves})


TRANSITIONS = {state: _targets(state) for state in State}
"""The states that an update may lead to from each state, the same state included."""
