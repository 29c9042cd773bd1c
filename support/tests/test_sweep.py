"""What killed runs left: written down as it is created, and found again."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from support.clients.api import Request, deletion_of
from support.journal import Journal
from support.sweep import MARK

DELETIONS = {"/api/vod/{vod_id}": [], "/api/research/sessions/{session_id}": ["permanent"]}


@pytest.mark.parametrize(
    "path, deletion",
    [
        ("/api/vod/create", Request("DELETE", "/api/vod/7")),
        ("/api/research/sessions", Request("DELETE", "/api/research/sessions/7?permanent=true")),
        ("/api/events", None),
    ],
)
def test_how_something_is_deleted_follows_from_where_it_was_posted(path: str, deletion: Request | None) -> None:
    assert deletion_of(path, "7", DELETIONS) == deletion


def test_what_a_run_that_goes_on_created_is_its_own_business(tmp_path: Path) -> None:
    journal = Journal("staging", tmp_path)
    journal.add("/api/vod/create", {"id": 7}, "Dana", "7f3a12c4")
    assert journal.left() == []


def test_what_a_killed_run_created_is_found_until_it_is_forgotten(tmp_path: Path) -> None:
    program = "from support.journal import Journal; from pathlib import Path; import sys; "
    program += 'Journal("staging", Path(sys.argv[1])).add("/api/vod/create", {"id": 7}, "Dana", "7f3a12c4")'
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env={**os.environ, "PYTHONPATH": "."})
    journal = Journal("staging", tmp_path)
    [left] = journal.left()
    assert (left.path, left.id, left.actor, left.mark) == ("/api/vod/create", "7", "Dana", "7f3a12c4")
    journal.forget([replace(left, id="8")])
    assert journal.left() == [left]
    journal.forget([left])
    assert journal.left() == []
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_id_cannot_be_swept(tmp_path: Path) -> None:
    Journal("staging", tmp_path).add("/api/events", ["x"], "Dana", "7f3a12c4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["City Council · 7f3a12c4", "city-council-7f3a12c4.wav", "name-3-7f3a12c4@example.org"]
)
def test_a_mark_is_seen_in_names(name: str) -> None:
    found = MARK.search(name)
    assert found is not None
    assert found[1] == "7f3a12c4"


@pytest.mark.parametrize("name", ["0905eb48-a674-4a34-8d62-8eb057652c20", "City Council", "· 7f3a12c4ff"])
def test_ids_are_no_marks(name: str) -> None:
    assert MARK.search(name) is None
