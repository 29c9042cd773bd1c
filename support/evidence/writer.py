"""Writes Allure results and attachments into a folder, masked, on a thread of its own."""

from __future__ import annotations

import json
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import allure_commons

from support.evidence.masking import Masker

# Names of files and of results in an Allure folder: masking inside them would break the links between them.
_REFERENCES = frozenset({"uuid", "source", "children", "historyId", "testCaseId", "type"})

_WAITING_AT_MOST = 500  # files; what they hold is kept in memory until then

_masker = Masker()


def use_masker(masker: Masker) -> None:
    """Mask everything that is written from now on with this masker; until then only what looks secret is masked."""
    global _masker
    _masker = masker


class MaskedFileWriter:
    """Writes results and attachments into a folder, through the masker.

    Making a file takes longer than what most steps do, so a thread does it while scenarios go on. What goes wrong there
    is raised by a later call, `close` at the latest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")
        self._writing = deque[Future[None]]()

    def close(self) -> None:
        """Write the rest and end the thread."""
        while self._writing:
            self._writing.popleft().result()
        self._thread.shutdown()

    @allure_commons.hookimpl
    def report_result(self, result: Any) -> None:
        """Write the result of a scenario."""
        self._write_item(result)

    @allure_commons.hookimpl
    def report_container(self, container: Any) -> None:
        """Write the set-up and tear-down of scenarios."""
        self._write_item(container)

    @allure_commons.hookimpl
    def report_globals(self, globals_item: Any) -> None:
        """Write what belongs to the run as a whole."""
        self._write_item(globals_item)

    @allure_commons.hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """Write an attachment, taken from a file."""
        self.report_attached_data(Path(source).read_bytes(), file_name)

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes | Callable[[], str], file_name: str) -> None:
        """Write an attachment."""
        self._later(self._write_masked, file_name, body)

    def _later(self, work: Callable[..., None], *arguments: object) -> None:
        self._writing.append(self._thread.submit(work, *arguments))
        while self._writing and (self._writing[0].done() or len(self._writing) > _WAITING_AT_MOST):
            self._writing.popleft().result()

    def _write_masked(self, file_name: str, body: str | bytes | Callable[[], str]) -> None:
        made = body() if callable(body) else body
        # Half of a surrogate pair, sent to see it refused, has no form in UTF-8.
        data = made.encode("utf-8", "backslashreplace") if isinstance(made, str) else bytes(made)
        with suppress(UnicodeDecodeError):  # a picture, say: no text to mask
            data = _masker.text(data.decode()).encode()
        self._write(file_name, data)

    def _write_item(self, item: Any) -> None:
        # Nothing of an item changes any more once it is reported.
        self._later(self._write_now, item)

    def _write_now(self, item: Any) -> None:
        file_name = item.file_pattern.format(prefix=new_id())
        self._write(file_name, json.dumps(_written(item), ensure_ascii=False).encode("utf-8", "backslashreplace"))

    def _write(self, file_name: str, data: bytes) -> None:
        unfinished = self._folder / f"{file_name}.tmp"
        unfinished.write_bytes(data)
        unfinished.replace(self._folder / file_name)


def _written(value: Any, name: str = "") -> Any:
    """An item of Allure's model as JSON takes it: no empty field, and every text masked but for what links files."""
    match value:
        case str():
            return value if name in _REFERENCES else _masker.text(value)
        case list():
            return [_written(item, name) for item in value]
        case int() | float() | None:
            return value
        case _:
            # `attrs.asdict` makes copies on the way; Allure's items hold what they were made with, by name.
            return {field: _written(kept, field) for field, kept in vars(value).items() if kept or kept is False}


def new_id() -> str:
    """A name that no other file has."""
    return str(uuid.uuid4())
