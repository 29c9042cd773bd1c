"""What one scenario asked of the target, kept as evidence and attached to its steps in the Allure report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import allure

from support.evidence import failure
from support.evidence.items import ROWS_KEPT, Command, Exchange, Item, PartnerCall, Query, Wait
from support.evidence.masking import Masker
from support.evidence.rendering import BODY_LIMIT, Line, attach, csv_of, digest, forward_line, render
from support.evidence.transcript import Section, transcript

__all__ = ["BODY_LIMIT", "ROWS_KEPT", "TRANSCRIPT", "Command", "Exchange", "PartnerCall", "Query", "Recorder", "Wait"]

TRANSCRIPT = "Everything that was exchanged"
IN_FULL = "Everything that this step did"


@dataclass(frozen=True)
class _Attachment:
    name: str
    body: str | bytes
    media_type: str


class Recorder:
    """Keeps what one scenario did, and attaches it to the step under way when that step ends.

    Nothing is rendered before `step_ended`; whatever is written then goes through the masker. `logged` returns what
    the platform logged under a request id.
    """

    def __init__(self, masker: Masker, logged: Callable[[str], str] = lambda request_id: "") -> None:
        self._masker = masker
        self._logged = logged
        self._exchanges: list[Exchange] = []
        self._step: list[Item | _Attachment] = []
        self._chapters: list[Section] = []
        self._failure_told = False

    def mask(self, text: str) -> str:
        """The text as it may be shown."""
        return self._masker.text(text)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every HTTP exchange with the platform so far, unmasked, oldest first."""
        return tuple(self._exchanges)

    def exchange(self, exchange: Exchange) -> None:
        """Record an HTTP exchange with the platform."""
        self._exchanges.append(exchange)
        self._step.append(exchange)

    def query(self, query: Query) -> None:
        """Record an SQL statement."""
        self._step.append(query)

    def command(self, command: Command) -> None:
        """Record a command of a key-value store."""
        self._step.append(command)

    def partner_call(self, call: PartnerCall) -> None:
        """Record a request of the platform to an outside service."""
        self._step.append(call)

    def wait(self, wait: Wait) -> None:
        """Record what was waited for."""
        self._step.append(wait)

    def attach(self, name: str, body: str | bytes, media_type: str) -> None:
        """Keep a file for the report, for instance a caption file; it is attached when the step ends."""
        self._step.append(_Attachment(name, body, media_type))

    def table(self, name: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
        """Keep a table for the report."""
        self.attach(name, csv_of([columns, *lines]), "text/csv")

    def step_ended(self, failed: bool, title: str = "", gaps: Iterable[str] = ()) -> None:
        """Tell in the report what was recorded since the last call, in the Allure step (or fixture) under way.

        A step that passed gets a line for each; making a file for each would take longer than most steps do. The
        whole is in the transcript. A step that failed gets all of it drawn, folded, and then what a reader looks for
        first, see `failure`; `gaps` are sentences on what the scenario could not check.
        """
        recorded, self._step = list(_collapsed(self._step)), []
        items = [(item, times) for item, times in recorded if not isinstance(item, _Attachment)]
        self._chapters.append(Section(title, items))
        if failed and items:
            self._draw(items)
        else:
            for item, times in items:
                forward_line(Line(digest(item, self._masker, times), item.elapsed))
        if failed and not self._failure_told:
            self._failure_told = True
            failure.attach_failure(self._chapters, self._masker, self._logged, gaps)
        for attachment, _ in recorded:
            if isinstance(attachment, _Attachment):
                body = attachment.body
                shown = self._masker.text(body) if isinstance(body, str) else body
                attach(attachment.name, shown, attachment.media_type)

    def _draw(self, items: Sequence[tuple[Item, int]]) -> None:
        with allure.step(f"{IN_FULL} ({len(items)})"):
            for item, times in items:
                with allure.step(f"{digest(item, self._masker, times)} in {item.elapsed * 1000:.0f} ms"):
                    render(item, self._masker)

    def scenario_ended(self, failed: bool, gaps: Iterable[str] = ()) -> None:
        """Tell what was recorded after the last step (the tear-down), attach the transcript, forget the scenario."""
        self.step_ended(failed, "Afterwards", gaps)
        chapters, self._chapters = self._chapters, []
        if any(chapter.items for chapter in chapters):
            attach(TRANSCRIPT, partial(transcript, chapters, self._masker), "text/markdown")
        self._exchanges.clear()
        self._failure_told = False


def _collapsed(recorded: Iterable[Item | _Attachment]) -> Iterator[tuple[Item | _Attachment, int]]:
    """What was recorded, with equal neighbours (a poll that saw no change) made one, the last, and counted."""
    for _, equal in groupby(recorded, key=_sameness):
        run = list(equal)
        yield run[-1], len(run)


def _sameness(item: Item | _Attachment) -> object:
    match item:
        case Exchange():
            return item.method, item.url, item.request_body, item.status, item.response_body, item.error
        case Query():
            return item.statement, repr(item.parameters), item.rows, item.error
        case Command():
            return item.text, item.answer, item.error
        case Wait() | _Attachment():
            return id(item)
