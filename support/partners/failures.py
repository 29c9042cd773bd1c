"""The failures of partners: one table for every stub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from support.partners.server import ResponseOptions

LATE = 1.5  # seconds: longer than the embedded platform waits for Cablecast
NO_RESPONSE = 30.0  # seconds: longer than the platform waits for any partner
BYTE_INTERVAL = 0.1  # seconds: shorter than any time-out, but a body of many bytes takes longer than all of them
RETRY_AFTER = 1  # seconds


@dataclass(frozen=True)
class PartnerFailure:
    """One failure of a partner: the status and the options of its response."""

    status: int = 200
    options: ResponseOptions = field(default_factory=lambda: ResponseOptions())


FAILURES: Mapping[str, PartnerFailure] = {
    "late response": PartnerFailure(options={"json": {}, "delay": LATE}),
    "no response": PartnerFailure(options={"delay": NO_RESPONSE}),
    "one byte at a time": PartnerFailure(options={"body": "{" + " " * 1000 + "}", "pace": BYTE_INTERVAL}),
    "closed connection": PartnerFailure(options={"body": ConnectionError("the connection is closed")}),
    "cut off": PartnerFailure(options={"body": '{"shows": [', "headers": {"Content-Length": "1000"}}),
    "invalid JSON": PartnerFailure(options={"body": '{"shows": [{"id": "seven"'}),
    "HTML": PartnerFailure(options={"body": "<html>maintenance</html>"}),
    "redirect": PartnerFailure(302, {"headers": {"Location": "/elsewhere"}}),
    "401": PartnerFailure(401),
    "404": PartnerFailure(404, {"body": "not found"}),
    "429": PartnerFailure(429, {"headers": {"Retry-After": str(RETRY_AFTER)}}),
    "500": PartnerFailure(500, {"body": "Internal Server Error"}),
}
"""Failures of any partner by name; capabilities add what is invalid in the content of one partner's responses."""
