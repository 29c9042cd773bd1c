"""The manifest of a run, `reports/run.json`: what ran, against what, and what became of each scenario.

The runner writes it at its end. Summary, verdict and report are made from it; the results are held against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from support.report.known_issues import KnownIssue

FILE = "run.json"


class Status(StrEnum):
    """What became of a scenario: the words of Allure, and one for what never came to its turn."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    SKIPPED = "skipped"
    NOT_RUN = "not run"


class Cause(StrEnum):
    """Why a scenario did not pass, in the words of the report's categories."""

    PRODUCT = "The product differs from what was agreed"
    SURROUNDINGS = "The test surroundings did not work"
    NOT_BUILT = "Not built yet"
    TEST_CODE = "The test's own code or the feature is wrong"
    KNOWN = "A known issue"


class Severity(StrEnum):
    """How bad it is when the scenario does not pass, the worst first."""

    BLOCKER = "blocker"
    CRITICAL = "critical"
    NORMAL = "normal"
    MINOR = "minor"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScenarioEntry(_Part):
    """What became of one scenario. `location` is file:line and unique in a run; `seconds` holds hooks and all tries."""

    location: str
    title: str
    feature: str
    epic: str = ""
    behaviour: str = ""
    severity: Severity = Severity.NORMAL
    status: Status
    cause: Cause | None = None
    message: str = ""
    attempts: int = 1
    seconds: float = 0.0
    not_checked: tuple[str, ...] = ()
    known_issue: str = ""

    @property
    def flaky(self) -> bool:
        """Whether it passed, but not at the first try."""
        return self.attempts > 1 and self.status is Status.PASSED

    @property
    def sentence(self) -> str:
        """The first line of its message."""
        return self.message.strip().partition("\n")[0]


class Manifest(_Part):
    """One run, or several shards of one.

    `build` is the version that the platform names, `commit` that of this project, both empty where nobody tells.
    `selection` is what narrowed the run down on the command line; empty where everything was run.
    `given` are the numbers of those of `shards` that it holds.
    """

    run: str
    began: datetime
    seconds: float
    target: str
    build: str = ""
    commit: str = ""
    selection: str = ""
    seed: str = ""
    workers: int = 1
    given: tuple[int, ...] = (1,)
    shards: int = 1
    flaky_fails: bool = False
    scenarios: tuple[ScenarioEntry, ...]
    troubles: tuple[str, ...] = ()
    known_issues: tuple[KnownIssue, ...] = ()
    remarks: tuple[str, ...] = ()

    def of(self, status: Status) -> list[ScenarioEntry]:
        """Return the scenarios that ended so, as written."""
        return [entry for entry in self.scenarios if entry.status is status]

    @property
    def shards_given(self) -> str:
        """Which shards it holds, in words; empty where the run was not divided."""
        if self.shards == 1:
            return ""
        return f"{', '.join(map(str, self.given))} of {self.shards}"

    @property
    def missing_shards(self) -> list[int]:
        """The numbers of the shards that it lacks."""
        return sorted({*range(1, self.shards + 1)} - {*self.given})

    @property
    def ran(self) -> list[ScenarioEntry]:
        """The scenarios that came to their turn: each has a result."""
        return [entry for entry in self.scenarios if entry.status is not Status.NOT_RUN]

    @property
    def flaky(self) -> list[ScenarioEntry]:
        """The scenarios that passed only on a later try."""
        return [entry for entry in self.scenarios if entry.flaky]

    @property
    def not_passed(self) -> list[ScenarioEntry]:
        """The scenarios that failed or broke: what is new before what is known, then the worst first."""
        found = [entry for entry in self.scenarios if entry.status in (Status.FAILED, Status.BROKEN)]
        return sorted(found, key=_urgency)

    def known_issue(self, id: str) -> KnownIssue:
        """Return the known issue of this id."""
        return next(issue for issue in self.known_issues if issue.id == id)

    def write(self, folder: Path) -> Path:
        """Write it into a folder of reports."""
        file = folder / FILE
        file.write_text(self.model_dump_json(indent=1, exclude_defaults=True), encoding="utf-8")
        return file


def _urgency(entry: ScenarioEntry) -> tuple[bool, int, bool]:
    return bool(entry.known_issue), list(Severity).index(entry.severity), entry.cause is not Cause.PRODUCT


class ManifestError(Exception):
    """A manifest is not there, cannot be read, or does not go with another; the message is a sentence."""


def read(folder: Path) -> Manifest:
    """Read the manifest of a folder of reports. Raises ManifestError."""
    file = folder / FILE
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise ManifestError(_why_none(folder)) from None
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
        raise ManifestError(f"{file} cannot be read ({what}). Run behave again.") from error


def _why_none(folder: Path) -> str:
    if not folder.is_dir():
        return f"There is nothing to report: the folder {folder} does not exist. Run behave first."
    if any((folder / "allure-results").glob("*-result.json")):
        return f"{folder} holds results but no {FILE}: the run did not come to its end. Run behave again."
    if any(folder.glob("*-result.json")):
        return f"{folder} holds results but no {FILE}: name the folder above it, the one that the run wrote."
    return f"There is nothing to report: {folder} holds no {FILE}. Run behave first."


def merged(manifests: Iterable[tuple[Path, Manifest]]) -> Manifest:
    """Return the manifest of all shards together. Raises ManifestError where they do not belong together."""
    parts = list(manifests)
    _refuse_strangers(parts)
    _refuse_twins(parts)
    each = sorted((manifest for _, manifest in parts), key=lambda manifest: manifest.given)
    first = each[0]
    if len(each) == 1:
        return first
    began = min(one.began for one in each)
    ended = max(one.began.timestamp() + one.seconds for one in each)
    return first.model_copy(
        update={
            "run": "+".join(one.run for one in each),
            "began": began,
            "seconds": ended - began.timestamp(),
            "selection": "; ".join(dict.fromkeys(one.selection for one in each if one.selection)),
            "workers": sum(one.workers for one in each),
            "given": tuple(number for one in each for number in one.given),
            "flaky_fails": any(one.flaky_fails for one in each),
            "scenarios": tuple(entry for one in each for entry in one.scenarios),
            "troubles": tuple(dict.fromkeys(trouble for one in each for trouble in one.troubles)),
            "known_issues": tuple({issue.id: issue for one in each for issue in one.known_issues}.values()),
            "remarks": tuple(dict.fromkeys(remark for one in each for remark in one.remarks)),
        }
    )


def _refuse_strangers(parts: list[tuple[Path, Manifest]]) -> None:
    """Refuse folders that are not shards of one run: other target, build, commit or number of shards."""
    (first_folder, first), *others = parts
    for folder, other in others:
        for what in ("target", "build", "commit", "shards"):
            ours, theirs = getattr(first, what), getattr(other, what)
            if ours != theirs:
                raise ManifestError(
                    f"{first_folder} and {folder} do not belong together: {what} is {ours!r} in one and {theirs!r} in "
                    "the other. Give the folders of the shards of one run."
                )


def _refuse_twins(parts: list[tuple[Path, Manifest]]) -> None:
    seen: dict[str, Path] = {}
    for folder, manifest in parts:
        for entry in manifest.scenarios:
            if entry.location in seen:
                what = f"shard {manifest.shards_given}" if manifest.shards > 1 else "the same scenario"
                raise ManifestError(
                    f"{seen[entry.location]} and {folder} both hold {what}: “{entry.title}” ({entry.location}) is in "
                    "both, and would be counted once."
                )
            seen[entry.location] = folder
