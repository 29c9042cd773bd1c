"""What killed runs left: written down as it is created, and found again."""

import argparse
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from support.capabilities.api.client import OPENAPI, Content, deletion_of
from support.cli import sweep
from support.cli.sweep import SWEEPABLE, Found, _delete, _files, _of_journal, _of_lists, target_named, work
from support.drivers.http import Response
from support.errors import EnvironmentFailed, ExitCode, UsageError
from support.gherkin.parameter_types import Request
from support.gherkin.personas import PERSONAS, Persona
from support.scenario.journal import Created, Journal
from support.scenario.names import id_in, new_run_id, scenario_id
from support.scenario.world import World
from support.targets.capabilities import Capability

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
    journal.add("/api/vod/create", {"id": 7}, "Dana", "x7f3a12c4")
    assert journal.left() == []


def test_what_a_killed_run_created_is_found_until_it_is_forgotten(tmp_path: Path) -> None:
    program = "from support.scenario.journal import Journal; from pathlib import Path; import sys; "
    program += 'Journal("staging", Path(sys.argv[1])).add("/api/vod/create", {"id": 7}, "Dana", "x7f3a12c4")'
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env={**os.environ, "PYTHONPATH": "."})
    journal = Journal("staging", tmp_path)
    [left] = journal.left()
    assert (left.path, left.id, left.actor, left.mark) == ("/api/vod/create", "7", "Dana", "x7f3a12c4")
    journal.forget([replace(left, id="8")])
    assert journal.left() == [left]
    journal.forget([left])
    assert journal.left() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_created_while_a_sweep_forgets_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, write = Journal("staging", tmp_path), Path.write_text
    for id in (7, 8):
        journal.add("/api/vod/create", {"id": id}, "Dana", "7f3a12c4")
    adding = threading.Thread(target=journal.add, args=("/api/vod/create", {"id": 9}, "Dana", "7f3a12c4"))

    def write_text(path: Path, *content: str, **how: str) -> int:
        adding.start()
        adding.join(0.2)
        return write(path, *content, **how)

    monkeypatch.setattr(Path, "write_text", write_text)
    journal.forget([created for created in journal._all() if created.id == "7"])
    adding.join()
    assert [created.id for created in journal._all()] == ["8", "9"]


def test_a_line_that_was_not_written_to_its_end_stops_no_sweep(tmp_path: Path) -> None:
    journal = journal_of(tmp_path, created("/api/vod/create", "7", "Dana"))
    whole = journal.path.read_text(encoding="utf-8")
    journal.path.write_text(f'{whole}{whole[:30]}\n{{"path": "/api"}}\n[]\n{whole}', encoding="utf-8")
    assert [one.id for one in journal.left()] == ["7", "7"]
    assert journal.unreadable() == 3


def test_what_has_no_id_cannot_be_swept(tmp_path: Path) -> None:
    Journal("staging", tmp_path).add("/api/events", ["x"], "Dana", "x7f3a12c4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "City Council · x7f3a12c4",
        "city-council-x7f3a12c4.wav",
        "city-council-x7f3a12c4_summary.json",
        "name-3-x7f3a12c4@example.org",
        "dana-x7f3a12c4-1",
        "x7f3a12c4-2",
    ],
)
def test_a_mark_is_seen_in_names(name: str) -> None:
    assert id_in(name) == "x7f3a12c4"


def test_every_scenario_has_a_mark_of_its_own_that_is_seen() -> None:
    run = new_run_id()
    one, other = scenario_id(run), scenario_id(run)
    assert one != other
    assert id_in(f"City Council · {one}") == one


@pytest.mark.parametrize(
    "name",
    [
        "0905eb48-a674-4a34-8d62-8eb057652c20",
        "City Council",
        "· x7f3a12c4ff",
        "council-20251120.mp4",
        "archive/budget-20240115.mp4",
        "meeting 1920x20251120.mp4",
        "council-7f3a12c4.mp4",
    ],
)
def test_what_others_name_their_things_has_no_mark(name: str) -> None:
    assert id_in(name) is None


# What is found at a target


class Api:
    """A platform that has these lists, and answers a deletion with what is said for it, else 204."""

    def __init__(self, lists: Mapping[str, Sequence[Mapping[str, Any]]], deletions: Mapping[str, int]) -> None:
        self.lists, self.deletions = lists, deletions
        self.asked: list[tuple[str, str]] = []
        self.openapi: tuple[int, object] = (200, {"paths": {one: {"delete": {}} for one in DELETABLE}})

    def send(self, request: Request, content: Content, *, by: Persona | None) -> Response:
        self.asked.append((str(request), by.name if by else "nobody"))
        path, _, query = request.path.partition("?")
        if request.method == "DELETE":
            return self._answer(request, self.deletions.get(path, 204), {})
        if path == OPENAPI:
            return self._answer(request, *self.openapi)
        collection = next((collection for collection in SWEEPABLE if collection.path == path), None)
        if collection is None:
            return self._answer(request, self.deletions.get(path, 200), {})
        offset = int(query.partition("offset=")[2])
        return self._answer(
            request, 200, {collection.items: self.lists.get(collection.name, [])[offset : offset + 100]}
        )

    def _answer(self, request: Request, status: int, content: object) -> Response:
        body = json.dumps(content)
        return Response(request.method, request.path, status, {}, body.encode())


DELETABLE = (
    "/api/vod/{id}",
    "/api/admin/users/{id}",
    "/api/research/sessions/{id}",
    "/api/documents/{id}",
    "/api/portfolios/{id}",
    "/api/notifications/{id}",
)


class Media:
    def __init__(self, **files: float) -> None:
        self.files = {name.replace("_", "-") + ".wav": at for name, at in files.items()}
        self.removed: list[str] = []

    def listing(self, pattern: str) -> list[str]:
        return list(self.files)

    def modified(self, name: str) -> float:
        return self.files[name]

    def remove(self, name: str) -> None:
        if name.startswith("locked"):
            raise PermissionError(13, "Permission denied")
        self.removed.append(name)


class Target:
    """As much of a world as sweeping looks at."""

    def __init__(
        self,
        media: Media | None = None,
        *,
        deletions: Mapping[str, int] | None = None,
        lists: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        accounts: Sequence[str] = ("Dana", "Omar", "Ravi"),
    ) -> None:
        self.api = Api(lists or {}, deletions or {})
        self.storage = media
        self.run = self
        self.deployment = self
        self.accounts = accounts
        self.closed = 0

    def provides(self, capability: Capability) -> bool:
        return self.storage is not None

    def finish(self) -> str:
        return "it is up"

    def close(self) -> None:
        self.closed += 1


def item(id: str, name: str, *, field: str = "title", hours: float = 2.0) -> dict[str, Any]:
    made = datetime.now(UTC) - timedelta(hours=hours)
    return {"id": id, field: name, "created_at": made.isoformat().replace("+00:00", "Z")}


def deleted(found: Iterable[Found]) -> list[tuple[str, str, str]]:
    return [(one.what, str(one.deletion), one.by.name) for one in found]


def as_world(target: Target) -> World:
    return cast(World, target)


class TestLists:
    @pytest.mark.parametrize(
        "collection, field, deletion, by",
        [
            ("VOD", "title", "DELETE /api/vod/7", "Omar"),
            ("VOD", "file_path", "DELETE /api/vod/7", "Omar"),
            ("account", "username", "DELETE /api/admin/users/7", "Omar"),
            ("research session", "notes", "DELETE /api/research/sessions/7", "Ravi"),
            ("document", "source_id", "DELETE /api/documents/7", "Ravi"),
            ("portfolio", "name", "DELETE /api/portfolios/7", "Ravi"),
            ("notification", "title", "DELETE /api/notifications/7", "Ravi"),
        ],
    )
    def test_what_has_a_mark_and_is_old_is_found(self, collection: str, field: str, deletion: str, by: str) -> None:
        ours = item("7", "City Council · x7f3a12c4", field=field)
        target = Target(lists={collection: [ours, item("8", "The mayor's own", field=field)]})
        found = list(_of_lists(as_world(target), 3600.0))
        assert deleted(found) == [(collection, deletion, by)]
        assert found[0].mark == "x7f3a12c4"
        called = f'{collection} "City Council · x7f3a12c4"'
        assert str(found[0]) == f"{called}, 120 minutes old, mark x7f3a12c4: {deletion} as {by}"

    def test_a_date_in_a_name_and_a_mark_that_somebody_tells_of_are_not_ours(self) -> None:
        dated = {**item("7", "City Council"), "file_path": "archive/council-20251120.mp4"}
        told = {**item("8", "City Council"), "error": "city-council-x7f3a12c4.wav is missing"}
        assert list(_of_lists(as_world(Target(lists={"VOD": [dated, told]})), 3600.0)) == []

    def test_what_is_young_may_be_of_a_run_that_goes_on(self) -> None:
        target = Target(lists={"VOD": [item("7", "City Council · x7f3a12c4", hours=0.5)]})
        assert list(_of_lists(as_world(target), 3600.0)) == []
        assert len(list(_of_lists(as_world(target), 60.0))) == 1

    def test_what_cannot_be_deleted_is_not_promised(self) -> None:
        target = Target(lists={"event": [item("7", "event-x7f3a12c4", field="type")]})
        assert list(_of_lists(as_world(target), 3600.0)) == []

    def test_all_pages_are_read(self) -> None:
        items = [item(str(number), f"City Council · x7f3a{number:04}") for number in range(205)]
        assert len(list(_of_lists(as_world(Target(lists={"VOD": items})), 3600.0))) == 205

    def test_who_has_no_account_there_is_not_asked_for(self) -> None:
        ours = item("7", "City Council · x7f3a12c4", field="source_id")
        target = Target(lists={"document": [ours]}, accounts=["Omar"])
        assert list(_of_lists(as_world(target), 3600.0)) == []


def created(path: str, id: str, actor: str) -> Created:
    return Created(path, id, actor, "x7f3a12c4", datetime.now(UTC).timestamp() - 600, "elsewhere", 1, 0.0)


def journal_of(tmp_path: Path, *left: Created) -> Journal:
    journal = Journal("staging", tmp_path)
    (tmp_path / "staging.jsonl").write_text("".join(json.dumps(asdict(one)) + "\n" for one in left), encoding="utf-8")
    return journal


class TestTheJournal:
    def test_what_is_still_there_is_found_for_who_made_it(self, tmp_path: Path) -> None:
        journal = journal_of(
            tmp_path, created("/api/vod/create", "7", "Dana"), created("/api/research/sessions", "8", "Ravi")
        )
        found = list(_of_journal(as_world(Target()), journal, journal.left()))
        assert deleted(found) == [
            ("vod", "DELETE /api/vod/7", "Dana"),
            ("sessions", "DELETE /api/research/sessions/8", "Ravi"),
        ]
        assert [round(one.age / 60) for one in found] == [10, 10]
        assert len(journal.left()) == 2

    def test_what_is_gone_already_is_forgotten(self, tmp_path: Path) -> None:
        journal = journal_of(tmp_path, created("/api/vod/create", "7", "Dana"))
        target = Target(deletions={"/api/vod/7": 404})
        assert list(_of_journal(as_world(target), journal, journal.left())) == []
        assert journal.left() == []

    def test_what_a_newcomer_made_goes_with_the_account(self, tmp_path: Path) -> None:
        journal = journal_of(tmp_path, created("/api/events", "7", "Nora"), created("/api/vod/create", "8", "Dana"))
        found = list(_of_journal(as_world(Target()), journal, journal.left()))
        assert deleted(found) == [("vod", "DELETE /api/vod/8", "Dana")]
        assert [one.id for one in journal.left()] == ["8"]


class TestDeleting:
    def found(self, path: str, id: str) -> Found:
        made = created(path, id, "Dana")
        deletion = Request("DELETE", f"/api/vod/{id}")
        return Found("vod", "City Council", made.mark, 60.0, deletion, PERSONAS["Dana"], made)

    def test_it_is_deleted_and_forgotten(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        target, found = Target(Media(council_x7f3a12c4=0.0)), self.found("/api/vod/create", "7")
        journal = journal_of(tmp_path, cast(Created, found.created))
        assert _delete(as_world(target), journal, [found], ["council-x7f3a12c4.wav"]) == ExitCode.PASSED
        assert target.api.asked == [("DELETE /api/vod/7", "Dana")]
        assert cast(Media, target.storage).removed == ["council-x7f3a12c4.wav"]
        assert journal.left() == []
        assert capsys.readouterr().out == "2 deleted.\n"

    def test_a_refusal_is_told_and_not_forgotten(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        target, found = Target(deletions={"/api/vod/7": 403}), self.found("/api/vod/create", "7")
        journal = journal_of(tmp_path, cast(Created, found.created))
        assert _delete(as_world(target), journal, [found], []) == ExitCode.FAILED
        assert len(journal.left()) == 1
        told = capsys.readouterr().out
        assert 'could not be deleted: vod "City Council", 1 minutes old' in told
        assert told.endswith("0 deleted.\n")

    def test_a_file_that_stays_is_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        names = ["locked-x7f3a12c4.wav", "council-x7f3a12c4.wav"]
        assert _delete(as_world(Target(Media())), journal_of(tmp_path), [], names) == ExitCode.FAILED
        told = "could not be deleted: media file locked-x7f3a12c4.wav: Permission denied\n1 deleted.\n"
        assert capsys.readouterr().out == told


class TestFiles:
    def test_those_of_runs_that_ended_and_old_ones_are_found(self) -> None:
        now = datetime.now(UTC).timestamp()
        media = Media(ended_x7f3a12c4=now, old_x11112222=now - 7200, young_x33334444=now, council_20251120=0.0)
        assert _files(as_world(Target(media)), 3600.0, {"x7f3a12c4"}) == ["ended-x7f3a12c4.wav", "old-x11112222.wav"]

    def test_without_storage_nobody_looks(self) -> None:
        assert _files(as_world(Target()), 3600.0, {"x7f3a12c4"}) == []


class TestATargetThatCannotBeLookedThrough:
    @pytest.fixture(autouse=True)
    def staging(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "staging.toml").write_text('[api]\nurl = "http://127.0.0.1:9"\n', encoding="utf-8")

    def sweep(self, monkeypatch: pytest.MonkeyPatch, target: Target) -> int:
        monkeypatch.setattr(sweep, "Run", lambda *_, **__: target)
        monkeypatch.setattr(sweep, "World", lambda run: run)
        return work(argparse.Namespace(target="target=staging.toml", delete=False, older="1 hour"))

    def test_what_fails_there_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = Target()
        monkeypatch.setattr(target.api, "openapi", (404, {}))
        with pytest.raises(
            EnvironmentFailed, match=r"'staging' cannot be swept: status of GET /openapi\.json: expected 200, got 404"
        ):
            self.sweep(monkeypatch, target)
        assert target.closed == 2

    def test_so_is_a_platform_that_names_no_paths(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = Target()
        monkeypatch.setattr(target.api, "openapi", (200, {"info": {}}))
        with pytest.raises(EnvironmentFailed, match=r"/openapi\.json of the target names no paths"):
            self.sweep(monkeypatch, target)

    def test_half_a_line_is_told(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        half = Journal("staging").path
        half.parent.mkdir(parents=True)
        half.write_text('{"path": "/api/v', encoding="utf-8")
        assert self.sweep(monkeypatch, Target()) == ExitCode.PASSED
        told = f"1 lines of {half} were not written to their end: what they told of is not known.\n"
        assert capsys.readouterr().out == f"{told}Nothing of ours is left at staging.\n"

    def test_the_advice_names_the_target_as_it_was_named(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = Target(lists={"VOD": [item("7", "City Council · x7f3a12c4")]})
        assert self.sweep(monkeypatch, target) == ExitCode.PASSED
        assert "acceptance sweep -D target=staging.toml --delete" in capsys.readouterr().out


class TestTheCommandLine:
    @pytest.mark.parametrize("option", ["staging", "target=", "retries=2"])
    def test_only_a_target_can_be_named(self, option: str) -> None:
        with pytest.raises(UsageError, match=f"-D {option} makes no sense here: write -D target=NAME"):
            target_named(option)

    def test_the_embedded_platform_has_nothing_to_sweep(self) -> None:
        with pytest.raises(UsageError, match="The embedded platform ends with its run and leaves nothing"):
            work(argparse.Namespace(target="target=embedded", delete=False, older="1 hour"))
