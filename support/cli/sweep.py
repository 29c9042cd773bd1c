"""`acceptance sweep`: lists what killed runs left at a live target, and with --delete takes it away."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from support.capabilities.api.client import GONE, OPENAPI, Content, deletion_of, deletions
from support.capabilities.declaration import Sweepable
from support.capabilities.registry import CAPABILITIES
from support.checks.matchers import parse_duration, to_datetime
from support.drivers.http import Response
from support.errors import EnvironmentFailed, ExitCode, UsageError
from support.gherkin.parameter_types import Request
from support.gherkin.personas import ADMINISTRATOR, PERSONAS, Persona
from support.scenario.journal import Created, Journal
from support.scenario.names import id_in
from support.scenario.run import Run
from support.scenario.world import World
from support.targets.capabilities import Capability
from support.targets.settings import load_target

SWEEPABLE = [sweepable for capability in CAPABILITIES for sweepable in capability.sweepable]


@dataclass(frozen=True)
class Found:
    """Something that was left: what it is and is called, how old (seconds), and the request that takes it away."""

    what: str
    name: str
    mark: str
    age: float
    deletion: Request
    by: Persona
    created: Created | None = None

    def __str__(self) -> str:
        called = f'{self.what} "{self.name}"' if self.name else self.what
        return f"{called}, {self.age / 60:.0f} minutes old, mark {self.mark}: {self.deletion} as {self.by.name}"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("-D", dest="target", required=True, metavar="target=NAME", help="the target, as with behave")
    parser.add_argument("--delete", action="store_true", help="delete what was listed; without it nothing is changed")
    parser.add_argument("--older", default="1 hour", metavar="TIME", help="for what other machines left (%(default)s)")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """List, and delete where that was asked for."""
    named = target_named(options.target)
    target = load_target(named)
    if target.embedded:
        raise UsageError(
            "The embedded platform ends with its run and leaves nothing: name a live target, -D target=..."
        )
    try:
        older = parse_duration(options.older)
    except ValueError as error:
        raise UsageError(str(error)) from error
    run = Run(target)
    run.deployment.finish()
    world, journal = World(run), Journal(target.name)
    try:
        left, halves = journal.left(), journal.unreadable()
        if halves:
            print(f"{halves} lines of {journal.path} were not written to their end: what they told of is not known.")
        found = [*_of_journal(world, journal, left), *_of_lists(world, older)]
        chosen = list({str(one.deletion): one for one in reversed(found)}.values())[::-1]
        files = _files(world, older, {created.mark for created in left})
        for line in (*map(str, chosen), *(f"media file {name}" for name in files)):
            print(line)
        if not chosen and not files:
            print(f"Nothing of ours is left at {target.name}.")
        elif not options.delete:
            print(f"{len(chosen) + len(files)} things. To take them away: acceptance sweep -D target={named} --delete")
        else:
            return _delete(world, journal, chosen, files)
    except AssertionError as error:  # what fails a scenario says here that the target cannot be looked through
        raise EnvironmentFailed(f"The target {target.name!r} cannot be swept: {error}.") from error
    finally:
        world.close()
        run.close()
    return ExitCode.PASSED


def target_named(option: str) -> str:
    """Return the name of `target=NAME`, as behave takes it after -D."""
    name, _, value = option.partition("=")
    if name != "target" or not value:
        raise UsageError(f"-D {option} makes no sense here: write -D target=NAME.")
    return value


def _of_journal(world: World, journal: Journal, left: Sequence[Created]) -> Iterator[Found]:
    known = _known_deletions(world)
    gone = []
    for created in left:
        by = PERSONAS.get(created.actor, ADMINISTRATOR)
        if by.temporary:  # nobody can sign in as one any more; the account, which Omar made, takes it all with it
            gone.append(created)
            continue
        deletion = deletion_of(created.path, created.id, known)
        if deletion is None:
            gone.append(created)
            continue
        there = world.api.send(Request("GET", deletion.path.partition("?")[0]), Content(), by=by)
        if there.status in (404, 405):
            gone.append(created)
            continue
        what = created.path.removesuffix("/create").rpartition("/")[2]
        age = datetime.now(UTC).timestamp() - created.at
        yield Found(what, _name(there), created.mark, age, deletion, by, created)
    journal.forget(gone)


def _known_deletions(world: World) -> Mapping[str, Sequence[str]]:
    document = world.api.send(Request("GET", OPENAPI), Content(), by=None).expect(200).document
    if not isinstance(document.get("paths"), Mapping):
        raise EnvironmentFailed(
            f"{OPENAPI} of the target names no paths, so nobody knows how things are deleted there."
        )
    return deletions(document)


def _name(thing: Response) -> str:
    """Return what a thing is called; empty where it was not answered, or has no name."""
    fields = dict.fromkeys(field for collection in SWEEPABLE for field in (*collection.marked, "ticker"))
    content = thing.document if thing.status == 200 else {}
    return next((str(content[field]) for field in fields if content.get(field)), "")


def _of_lists(world: World, older: float) -> Iterator[Found]:
    known = _known_deletions(world)
    for collection in SWEEPABLE:
        by = PERSONAS[collection.by]
        if collection.by not in world.run.deployment.accounts:
            continue
        for item in _items(world, collection, by):
            deletion = deletion_of(collection.delete_path, str(item.get(collection.id_field)), known)
            created = to_datetime(item.get("created_at"))
            age = (datetime.now(UTC) - created).total_seconds() if created else 0.0
            names = [str(item.get(field, "")) for field in collection.marked]
            marked = next(((name, mark) for name in names if (mark := id_in(name))), None)
            if marked and deletion and age >= older:
                yield Found(collection.name, *marked, age, deletion, by)


def _items(world: World, collection: Sweepable, by: Persona) -> Iterator[dict[str, Any]]:
    offset = 0
    while True:
        path = f"{collection.path}?limit=100&offset={offset}"
        answer = world.api.send(Request("GET", path), Content(), by=by)
        page = answer.document.get(collection.items, []) if answer.status == 200 else []
        yield from page
        if len(page) < 100:
            return
        offset += 100


def _files(world: World, older: float, ended: Collection[str]) -> list[str]:
    """Return media files of runs that have ended, or are old; they are named after the scenario's mark."""
    if not world.run.provides(Capability.STORAGE):
        return []
    limit = datetime.now(UTC).timestamp() - older
    marked = [(name, mark) for name in world.storage.listing("**/*") if (mark := id_in(name))]
    return [name for name, mark in marked if mark in ended or world.storage.modified(name) < limit]


def _delete(world: World, journal: Journal, chosen: Sequence[Found], files: Sequence[str]) -> int:
    refused = 0
    for one in chosen:
        answer = world.api.send(one.deletion, Content(), by=one.by)
        if answer.status in GONE:
            journal.forget([one.created] if one.created else [])
            continue
        refused += 1
        print(f"could not be deleted: {one} was answered {answer.status} {answer.summary}")
    for name in files:
        try:
            world.storage.remove(name)
        except OSError as error:
            refused += 1
            print(f"could not be deleted: media file {name}: {error.strerror}")
    print(f"{len(chosen) + len(files) - refused} deleted.")
    return ExitCode.FAILED if refused else ExitCode.PASSED
