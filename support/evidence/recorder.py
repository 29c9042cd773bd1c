"""Records the exchanges of one scenario and attaches them to its steps in the Allure report."""

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

TRANSCRIPT = "All exchanges"
IN_FULL = "All exchanges of this step"


@dataclass(frozen=True)
class _Attachment:
    name: str
    body: str | bytes
    media_type: str


class Recorder:
    """Records the items of one scenario and attaches them to the current step when it ends.

    Nothing is rendered before `step_ended`; all texts pass through the masker. `logged` returns the platform's log
    lines of a request id.
    """

    def __init__(self, masker: Masker, logged: Callable[[str], str] = lambda request_id: "") -> None:
        self._masker = masker
        self._logged = logged
        self._exchanges: list[Exchange] = []
        self._step: list[Item | _Attachment] = []
        self._sections: list[Section] = []
        self._failure_attached = False

    def mask(self, text: str) -> str:
        """Return the text with secrets masked."""
        return self._masker.text(text)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The HTTP exchanges with the platform so far, unmasked, the oldest first."""
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
        """Record a request of the platform to a partner."""
        self._step.append(call)

    def wait(self, wait: Wait) -> None:
        """Record a wait."""
        self._step.append(wait)

    def attach(self, name: str, body: str | bytes, media_type: str) -> None:
        """Attach a file, such as a caption file, when the step ends."""
        self._step.append(_Attachment(name, body, media_type))

    def table(self, name: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
        """Attach a table when the step ends."""
        self.attach(name, csv_of([columns, *lines]), "text/csv")

    def step_ended(self, failed: bool, title: str = "", omissions: Iterable[str] = ()) -> None:
        """Report what was recorded since the last call in the current Allure step or fixture.

        A passed step gets one line for each item: writing files would take longer than most steps. The transcript
        contains everything. A failed step gets all items in full, folded, and the attachments of `failure`. `omissions`
        are the checks that the scenario skipped.
        """
        recorded, self._step = list(_collapsed(self._step)), []
        items = [(item, times) for item, times in recorded if not isinstance(item, _Attachment)]
        self._sections.append(Section(title, items))
        if failed and items:
            self._render(items)
        else:
            for item, times in items:
                forward_line(Line(digest(item, self._masker, times), item.elapsed))
        if failed and not self._failure_attached:
            self._failure_attached = True
            failure.attach_failure(self._sections, self._masker, self._logged, omissions)
        for attachment, _ in recorded:
            if isinstance(attachment, _Attachment):
                body = attachment.body
                shown = self._masker.text(body) if isinstance(body, str) else body
                attach(attachment.name, shown, attachment.media_type)

    def _render(self, items: Sequence[tuple[Item, int]]) -> None:
        with allure.step(f"{IN_FULL} ({len(items)})"):
            for item, times in items:
                with allure.step(f"{digest(item, self._masker, times)} in {item.elapsed * 1000:.0f} ms"):
                    render(item, self._masker)

    def cause_of_failure(self) -> str:
        """Return the error that the platform logged for the exchange that explains a failure; empty if unknown."""
        return failure.logged_cause([*self._sections, Section("", self._items())], self._masker, self._logged)

    def _items(self) -> list[tuple[Item, int]]:
        return [(item, 1) for item in self._step if not isinstance(item, _Attachment)]

    def scenario_ended(self, failed: bool, omissions: Iterable[str] = ()) -> None:
        """Report what was recorded after the last step, attach the transcript and reset the recorder."""
        self.step_ended(failed, "Teardown", omissions)
        sections, self._sections = self._sections, []
        if any(section.items for section in sections):
            attach(TRANSCRIPT, partial(transcript, sections, self._masker), "text/markdown")
        self._exchanges.clear()
        self._failure_attached = False


def _collapsed(recorded: Iterable[Item | _Attachment]) -> Iterator[tuple[Item | _Attachment, int]]:
    """Yield the items with how often each was repeated: equal neighbours, as in polling, are one."""
    for _, equal in groupby(recorded, key=_key_of):
        run = list(equal)
        yield run[-1], len(run)


def _key_of(item: Item | _Attachment) -> object:
    match item:
        case Exchange():
            return item.method, item.url, item.request_body, item.status, item.response_body, item.error
        case Query():
            return item.statement, repr(item.parameters), item.rows, item.error
        case Command():
            return item.text, item.answer, item.error
        case Wait() | _Attachment():
            return id(item)
