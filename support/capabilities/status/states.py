"""The states of the contract and the shortest way to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STAGES = (
    "starting",
    "metadata_extraction",
    "transcript_extraction",
    "language_detection",
    "summary_generation",
    "keyword_extraction",
    "timestamped_segments",
    "finalizing",
)
ENDS = ("completed", "failed", "cancelled")
STATES = ("queued", *STAGES, "retry_pending", *ENDS)
"""All states, in the order in which lists sort them. Source: contract, rule 25."""

ERROR = "The model ran out of memory."


def fields_for(state: str) -> Mapping[str, Any]:
    """Return the fields of an update to a state: the state, and what the contract requires with it."""
    return {"new_status": state, **({"error_info": ERROR} if state == "failed" else {})}


def way_to(state: str) -> tuple[str, ...]:
    """Return the states that updates pass on the shortest way from queued; none for queued and retry_pending."""
    if state in ("queued", "retry_pending"):
        return ()
    return ("starting", state) if state == "completed" else (state,)
