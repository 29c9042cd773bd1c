"""Recordings as scenarios have them, in the media storage."""

from __future__ import annotations

from collections.abc import Callable

from support.drivers.storage import StorageDriver
from support.scenario.cleanup import Cleanup
from support.testdata.media import SLOW, SLOW_PACE, Recording, file_stem, recording, write


class MediaClient:
    """Recordings of one scenario; every one that was stored is removed at its end.

    `alias` gives a thing's name in this scenario, `mark` is what makes the names of files unique.
    """

    def __init__(
        self, storage: Callable[[], StorageDriver], cleanup: Cleanup, unique_name: Callable[[str], str], suffix: str
    ) -> None:
        self._storage = storage
        self._cleanup = cleanup
        self._unique_name = unique_name
        self._suffix = suffix

    def recording(
        self, title: str, seconds: float = 60.0, condition: str = "clear", *, path: str = "", pace: float | None = None
    ) -> Recording:
        """Make a recording that lies nowhere, of so many seconds, in one of `CONDITIONS` or slow.

        Without `path` its file is called after the feature's title and the scenario: "city-council-x7f3a12c4.wav".
        `pace` is how many seconds its captioning takes; none is as fast as it can be done.
        """
        if condition == SLOW:
            condition, pace = "clear", SLOW_PACE
        path = path or f"{file_stem(title)}-{self._suffix}.wav"
        return recording(
            self._unique_name(title), duration=seconds, condition=condition, path=path, pace=pace, seed=title
        )

    def store(
        self, title: str, seconds: float = 60.0, condition: str = "clear", *, pace: float | None = None
    ) -> Recording:
        """Make a recording and put it into the media storage, in the place of an earlier one of this title."""
        storage, made = self._storage(), self.recording(title, seconds, condition, pace=pace)
        storage.require_available()
        write(made, storage.root)
        self._cleanup.add(f"remove {made.path}", lambda: storage.remove(made.path))
        return made
