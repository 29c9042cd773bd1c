"""A stub of webhook receivers: any number of them on one server, each under a path of its own.

The platform is started with this server's address in its list of allowed hosts. A scenario takes a name that no other
scenario uses, and so has a receiver for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Unpack

from support.partners.requests import Received
from support.partners.server import PartnerServer, Registration, Reply, ResponseOptions

_TEMPLATE = "/receivers/{name}"
_LONGEST_SILENCE = 600.0


class WebhookReceiver(PartnerServer):
    """Receivers of webhooks. Each accepts every delivery with 204 unless `answers` or another method says otherwise.

    The latest registration for a receiver that is not used up wins. `times` is the number of uses, None for unlimited.
    """

    def __init__(self) -> None:
        super().__init__("The webhook receiver")

    @property
    def host_and_port(self) -> str:
        """The address in the form of the platform's list of allowed hosts. RuntimeError before the first start."""
        return self.url.removeprefix("http://")

    def url_of(self, name: str) -> str:
        """Return the URL of a receiver; `name` is one path segment."""
        return self.url + _path(name)

    def answers(self, name: str, status: int, **how: Unpack[ResponseOptions]) -> Registration:
        """Answer with a status; see `ResponseOptions` for body, headers, delay and pace."""
        return self.register("POST", _path(name), status=status, **how)

    def asks_to_wait(self, name: str, retry_after: str, *, status: int = 503, times: int | None = 1) -> Registration:
        """Answer 503 (or 429) with `Retry-After`, which is a number of seconds or a date."""
        return self.answers(name, status, headers={"Retry-After": retry_after}, times=times)

    def redirects(self, name: str, location: str, *, status: int = 302, times: int | None = None) -> Registration:
        """Answer with a redirect to `location`."""
        return self.answers(name, status, headers={"Location": location}, times=times)

    def stays_silent(self, name: str, *, times: int | None = None) -> Registration:
        """Accept the connection and the request, and answer nothing until the stub is closed."""
        return self.answers(name, HTTPStatus.NO_CONTENT, delay=_LONGEST_SILENCE, times=times)

    def hangs_up(self, name: str, *, times: int | None = None) -> Registration:
        """Read the request and close the connection without an answer."""
        return self.answers(name, HTTPStatus.OK, body=ConnectionResetError(), times=times)

    def dribbles(self, name: str, *, seconds: float, times: int | None = None) -> Registration:
        """Answer 200 with a body whose ten bytes take `seconds` together."""
        return self.answers(name, HTTPStatus.OK, body=b"." * 10, pace=seconds / 10, times=times)

    def calls(self, name: str) -> list[Received]:
        """Return the requests to a receiver, oldest first, however they were answered."""
        return self.received(path=_path(name))

    def _register_defaults(self) -> None:
        self.register_callback("POST", _TEMPLATE, _accept)


def _path(name: str) -> str:
    return f"/receivers/{name}"


def _accept(received: Received, name: str) -> Reply:
    headers: Mapping[str, str] = {}
    return HTTPStatus.NO_CONTENT, headers, b""
