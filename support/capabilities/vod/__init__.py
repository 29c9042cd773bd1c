"""Video on demand: recordings, captions, publication, live updates."""

from __future__ import annotations

import re
from functools import cached_property

from support.capabilities.api import ApiAttributes
from support.capabilities.declaration import Capability, Sweepable
from support.capabilities.vod.cablecast import REPLIES, CablecastClient
from support.capabilities.vod.client import ACTIONS, FIELDS, PAST_ACTIONS, REQUEST_TYPES, STAGES, VodClient
from support.capabilities.vod.live import LiveClient
from support.capabilities.vod.media import MediaClient
from support.capabilities.vod.stores import VodStores
from support.faults.durability import DurableRecord
from support.gherkin.parameter_types import ParameterType, one_of
from support.partners.cablecast import ANYTHING, OPERATIONS
from support.testdata.media import CONDITIONS, SLOW


class VodAttributes(ApiAttributes):
    """What `world` offers for VODs."""

    @cached_property
    def media(self) -> MediaClient:
        """Recordings in the media storage."""
        return MediaClient(lambda: self.storage, self.cleanup, self.unique_name, self.suffix)

    @cached_property
    def vod(self) -> VodClient:
        """VODs and their tasks."""
        return VodClient(self.http, self.access, self.cleanup, self.limits)

    @cached_property
    def vods(self) -> VodStores:
        """The stores of VODs."""
        return VodStores(self.database, self.redis, self.storage)

    @cached_property
    def live(self) -> LiveClient:
        """Live updates, one connection for each persona."""
        return LiveClient(self.reach.open_websocket, self.access, self.cleanup, self.limits)

    @cached_property
    def cablecast(self) -> CablecastClient:
        """The stub of Cablecast."""
        return CablecastClient(self.reach.stub(self.run.cablecast), self.cleanup)


_STATES = ("pending", "processing", "completed", "failed")
_STATE = "(?:" + "|".join(_STATES) + ")"
_OPERATIONS = tuple(f'"{name}"' for name in (*OPERATIONS, ANYTHING))


def _recording(text: str) -> float | str:
    return float(text.removesuffix(" minute")) if text.endswith("minute") else text


def _reply(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


VOD = Capability(
    name="vod",
    epic="Video_on_demand",
    behaviours="VOD",
    parameter_types={
        "Recording": ParameterType(
            rf"\d+(?:\.\d+)? minute|{'|'.join((*CONDITIONS, SLOW))}",
            "the length of a recording, such as 5 minute, or its condition",
            _recording,
            (*CONDITIONS, SLOW),
        ),
        "Condition": one_of((*CONDITIONS, SLOW), "the condition of a recording"),
        "VodState": one_of(_STATES, "a state of a VOD"),
        "VodStates": ParameterType(
            rf"{_STATE}(?:, {_STATE})*(?: and {_STATE})?",
            "states of a VOD: pending, processing and completed",
            lambda text: re.findall(_STATE, text),
        ),
        "Stage": one_of(STAGES, "the stage of a VOD"),
        "VodField": one_of(FIELDS, "a field of a VOD", FIELDS.__getitem__),
        "VodAction": one_of(ACTIONS, "an action on a VOD"),
        "PastVodAction": one_of(PAST_ACTIONS, "an earlier action on a VOD", PAST_ACTIONS.__getitem__),
        "Calls": one_of(REQUEST_TYPES, "requests that concurrent clients can send"),
        "Operation": ParameterType(
            "|".join(_OPERATIONS), "an operation of Cablecast", lambda text: text[1:-1], _OPERATIONS
        ),
        "Reply": ParameterType(
            rf"[1-5]\d\d|{'|'.join(REPLIES)}", f"the response of a partner: a status, {', '.join(REPLIES)}", _reply
        ),
    },
    remembered={"recording": 'Given Dana has a 5 minute recording of "City Council"'},
    sweepable=(Sweepable("VOD", "/api/vod/list", "vods", "/api/vod", "Omar", ("title", "file_path")),),
    durable=(DurableRecord("/api/vod/create", "/api/vod", "vods"),),
)
