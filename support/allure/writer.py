"""Writes Allure results and attachments into a folder, masked."""

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

_MOST_PENDING = 500  # files whose content is in memory

Content = str | bytes | Mapping[str, Any] | Callable[[], str]
"""The content of a file: text, bytes, a JSON document, or a function that returns the text."""


class FilesOfResults:
    """Receives results, containers and attachments from Allure's hooks; subclasses define `take`."""

    def take(self, file_name: str, content: Content) -> None:
        """Have the file written; `content` must not change any more."""
        raise NotImplementedError

    @allure_commons.hookimpl
    def report_result(self, result: Any) -> None:
        """Write the result of a scenario."""
        self._take_item(result)

    @allure_commons.hookimpl
    def report_container(self, container: Any) -> None:
        """Write the setup and teardown of scenarios."""
        self._take_item(container)

    @allure_commons.hookimpl
    def report_globals(self, globals_item: Any) -> None:
        """Write the attachments of the run."""
        self._take_item(globals_item)

    @allure_commons.hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """Write an attachment from a file."""
        self.take(file_name, Path(source).read_bytes())

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes | Callable[[], str], file_name: str) -> None:
        """Write an attachment."""
        self.take(file_name, body)

    def _take_item(self, item: Any) -> None:
        self.take(item.file_pattern.format(prefix=new_id()), _plain(item))

    def close(self) -> None:
        """Finish writing."""


class MaskedFileWriter(FilesOfResults):
    """Writes masked files into a folder, in a thread of its own: writing takes longer than most steps.

    Errors of the thread are raised by a later call, `close` at the latest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")
        self._writing = deque[Future[None]]()

    def take(self, file_name: str, content: Content) -> None:
        """Queue a file for writing."""
        self._writing.append(self._thread.submit(self._write, file_name, content))
        while self._writing and (self._writing[0].done() or len(self._writing) > _MOST_PENDING):
            self._writing.popleft().result()

    def close(self) -> None:
        """Write the remaining files and end the thread."""
        while self._writing:
            self._writing.popleft().result()
        self._thread.shutdown()

    def _write(self, file_name: str, content: Content) -> None:
        unfinished = self._folder / f"{file_name}.tmp"
        unfinished.write_bytes(_masked(content))
        unfinished.replace(self._folder / file_name)


class Carrier(FilesOfResults):
    """Collects files until they are fetched, to be written by another process."""

    def __init__(self) -> None:
        self._files: list[tuple[str, Content]] = []

    def take(self, file_name: str, content: Content) -> None:
        """Collect a file."""
        self._files.append((file_name, content))

    def fetch(self) -> list[tuple[str, Content]]:
        """Return name and content of the files since the last call."""
        files, self._files = self._files, []
        return files


def _masked(content: Content) -> bytes:
    made = content() if callable(content) else content
    if isinstance(made, bytes):
        with suppress(UnicodeDecodeError):  # binary content has no text to mask
            return masker_in_use().text(made.decode()).encode()
        return made
    mask = masker_in_use().text
    text = mask(made) if isinstance(made, str) else json.dumps(_masked_texts(made, mask), ensure_ascii=False)
    # A lone surrogate, sent to test its rejection, has no UTF-8.
    return text.encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    """Return an item of Allure's model as JSON, without empty fields."""
    match value:
        case str():
            return str(value)  # behave's tags are a subclass
        case list():
            return [_plain(item) for item in value]
        case int() | float() | None:
            return value
        case _:
            # Faster than `attrs.asdict`, which copies every field.
            return {field: _plain(item) for field, item in vars(value).items() if item or item is False}


def _masked_texts(value: Any, mask: Callable[[str], str], name: str = "") -> Any:
    """Return the value with every text masked, except references between files."""
    match value:
        case str():
            return value if name in _REFERENCES else mask(value)
        case list():
            return [_masked_texts(item, mask, name) for item in value]
        case dict():
            return {field: _masked_texts(item, mask, field) for field, item in value.items()}
        case _:
            return value


def new_id() -> str:
    """Return a unique id."""
    return str(uuid.uuid4())
