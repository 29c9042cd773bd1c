"""Allure results and attachments on their way into a folder, where they arrive masked."""

from __future__ import annotations

import json
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import allure_commons

from support.evidence.masking import masker_in_use

# Names of files and of results in an Allure folder: masking inside them would break the links between them.
_REFERENCES = frozenset({"uuid", "source", "children", "historyId", "testCaseId", "type"})

_WAITING_AT_MOST = 500  # files; what they hold is kept in memory until then

Content = str | bytes | Mapping[str, Any] | Callable[[], str]
"""What becomes of a file: its text, its bytes, a JSON document, or what makes the text when it is called."""


class FilesOfResults:
    """What Allure's hooks want written: results, containers, attachments. Where that happens is up to `take`."""

    def take(self, file_name: str, content: Content) -> None:
        """See to it that this file is written. Nothing of `content` changes any more."""
        raise NotImplementedError

    @allure_commons.hookimpl
    def report_result(self, result: Any) -> None:
        """Write the result of a scenario."""
        self._take_item(result)

    @allure_commons.hookimpl
    def report_container(self, container: Any) -> None:
        """Write the set-up and tear-down of scenarios."""
        self._take_item(container)

    @allure_commons.hookimpl
    def report_globals(self, globals_item: Any) -> None:
        """Write what belongs to the run as a whole."""
        self._take_item(globals_item)

    @allure_commons.hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """Write an attachment, taken from a file."""
        self.take(file_name, Path(source).read_bytes())

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes | Callable[[], str], file_name: str) -> None:
        """Write an attachment."""
        self.take(file_name, body)

    def _take_item(self, item: Any) -> None:
        self.take(item.file_pattern.format(prefix=new_id()), _plain(item))

    def close(self) -> None:
        """Nothing more will come."""


class MaskedFileWriter(FilesOfResults):
    """Writes files into a folder, through the masker, on a thread of its own.

    Making a file takes longer than what most steps do. What goes wrong in the thread is raised by a later call, `close`
    at the latest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")
        self._writing = deque[Future[None]]()

    def take(self, file_name: str, content: Content) -> None:
        """Write a file soon."""
        self._writing.append(self._thread.submit(self._write, file_name, content))
        while self._writing and (self._writing[0].done() or len(self._writing) > _WAITING_AT_MOST):
            self._writing.popleft().result()

    def close(self) -> None:
        """Write the rest and end the thread."""
        while self._writing:
            self._writing.popleft().result()
        self._thread.shutdown()

    def _write(self, file_name: str, content: Content) -> None:
        unfinished = self._folder / f"{file_name}.tmp"
        unfinished.write_bytes(_masked(content))
        unfinished.replace(self._folder / file_name)


class Carrier(FilesOfResults):
    """Keeps files until they are fetched, to be carried to another process and written there."""

    def __init__(self) -> None:
        self._files: list[tuple[str, Content]] = []

    def take(self, file_name: str, content: Content) -> None:
        """Keep a file."""
        self._files.append((file_name, content))

    def fetch(self) -> list[tuple[str, Content]]:
        """Return the files that were kept since the last call, by name."""
        files, self._files = self._files, []
        return files


def _masked(content: Content) -> bytes:
    made = content() if callable(content) else content
    if isinstance(made, bytes):
        with suppress(UnicodeDecodeError):  # a picture, say: no text to mask
            return masker_in_use().text(made.decode()).encode()
        return made
    mask = masker_in_use().text
    text = mask(made) if isinstance(made, str) else json.dumps(_masked_texts(made, mask), ensure_ascii=False)
    # Half of a surrogate pair, sent to see it refused, has no form in UTF-8.
    return text.encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    """An item of Allure's model as JSON has it, without its empty fields."""
    match value:
        case str():
            return str(value)  # a tag of behave's is more than its text
        case list():
            return [_plain(item) for item in value]
        case int() | float() | None:
            return value
        case _:
            # `attrs.asdict` makes copies on the way; Allure's items hold what they were made with, by name.
            return {field: _plain(kept) for field, kept in vars(value).items() if kept or kept is False}


def _masked_texts(value: Any, mask: Callable[[str], str], name: str = "") -> Any:
    """The same with every text masked, but for what links files."""
    match value:
        case str():
            return value if name in _REFERENCES else mask(value)
        case list():
            return [_masked_texts(item, mask, name) for item in value]
        case dict():
            return {field: _masked_texts(kept, mask, field) for field, kept in value.items()}
        case _:
            return value


def new_id() -> str:
    """A name that no other file has."""
    return str(uuid.uuid4())
