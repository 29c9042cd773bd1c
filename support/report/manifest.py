"""The manifest of a run, `reports/run.json`: its target, its scenarios and their outcomes.

The runner writes it at the end of a run. Summary, verdict and report are made from it.
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
    """The status of a scenario: those of Allure, and one for scenarios that did not start."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    SKIPPED = "skipped"
    NOT_RUN = "not run"


class Cause(StrEnum):
    """Where a failure has to be fixed; a category of the report."""

    PRODUCT = "Product"
    ENVIRONMENT = "Test environment"
    NOT_IMPLEMENTED = "Not implemented"
    TEST_CODE = "Test code"
    KNOWN = "Known issue"


class Severity(StrEnum):
    """The severity of a failure, the worst first."""

    BLOCKER = "blocker"
    CRITICAL = "critical"
    NORMAL = "normal"
    MINOR = "minor"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScenarioEntry(_Part):
    """The outcome of one scenario.

    `location` is file:line and unique in a run, `history_id` is the same in every run, `seconds` includes hooks and
    all attempts.
    """

    location: str
    title: str
    feature: str
    history_id: str = ""
    epic: str = ""
    behaviour: str = ""
    severity: Severity = Severity.NORMAL
    status: Status
    cause: Cause | None = None
    message: str = ""
    attempts: int = 1
    seconds: float = 0.0
    skipped_checks: tuple[str, ...] = ()
    known_issue: str = ""

    @property
    def flaky(self) -> bool:
        """Whether the scenario passed on retry."""
        return self.attempts > 1 and self.status is Status.PASSED

    @property
    def first_line(self) -> str:
        """The first line of its message."""
        return self.message.strip().partition("\n")[0]


class Manifest(_Part):
    """One run, or several shards of one.

    `product` and `version` name the product under test, `commit` the version of this project; empty if unknown.
    `selection` is what excluded scenarios on the command line; empty if nothing did. `available` is the number of
    scenarios in all features, 0 if unknown. `minimum` is how many scenarios the target file expects to run.
    `shard_numbers` are those of `shards` that it contains. `links` are URL patterns for tags, by prefix.
    """

    run: str
    started: datetime
    seconds: float
    target: str
    product: str = ""
    version: str = ""
    commit: str = ""
    selection: str = ""
    seed: str = ""
    workers: int = 1
    shard_numbers: tuple[int, ...] = (1,)
    shards: int = 1
    flaky_fails: bool = False
    available: int = 0
    minimum: int = 0
    links: dict[str, str] = {}
    scenarios: tuple[ScenarioEntry, ...]
    errors: tuple[str, ...] = ()
    known_issues: tuple[KnownIssue, ...] = ()
    warnings: tuple[str, ...] = ()

    def of(self, status: Status) -> list[ScenarioEntry]:
        """Return the scenarios with this status, in the order of the run."""
        return [entry for entry in self.scenarios if entry.status is status]

    @property
    def is_partial(self) -> bool:
        """Whether scenarios were excluded on the command line, or shards are missing."""
        return bool(self.selection or self.missing_shards)

    @property
    def shard_names(self) -> str:
        """The numbers of its shards, such as "1, 3 of 5"; empty if the run was not divided."""
        if self.shards == 1:
            return ""
        return f"{', '.join(map(str, self.shard_numbers))} of {self.shards}"

    @property
    def missing_shards(self) -> list[int]:
        """The numbers of the missing shards."""
        return sorted({*range(1, self.shards + 1)} - {*self.shard_numbers})

    @property
    def ran(self) -> list[ScenarioEntry]:
        """The scenarios that have a result."""
        return [entry for entry in self.scenarios if entry.status is not Status.NOT_RUN]

    @property
    def flaky(self) -> list[ScenarioEntry]:
        """The scenarios that passed on retry."""
        return [entry for entry in self.scenarios if entry.flaky]

    @property
    def not_passed(self) -> list[ScenarioEntry]:
        """The failed and broken scenarios: unknown issues before known ones, then the worst first."""
        found = [entry for entry in self.scenarios if entry.status in (Status.FAILED, Status.BROKEN)]
        return sorted(found, key=_urgency)

    def known_issue(self, id: str) -> KnownIssue:
        """Return the known issue of this id."""
        return next(issue for issue in self.known_issues if issue.id == id)

    def write(self, folder: Path) -> Path:
        """Write the manifest into a folder of reports and return the file; readers never see half of it."""
        file = folder / FILE
        unfinished = file.with_suffix(".tmp")
        unfinished.write_text(self.model_dump_json(indent=1, exclude_defaults=True), encoding="utf-8")
        return unfinished.replace(file)


def _urgency(entry: ScenarioEntry) -> tuple[bool, int, bool]:
    return bool(entry.known_issue), list(Severity).index(entry.severity), entry.cause is not Cause.PRODUCT


class ManifestError(Exception):
    """A manifest is missing, unreadable, or belongs to another run than the others."""


def read(folder: Path) -> Manifest:
    """Read the manifest of a folder of reports. Raises ManifestError."""
    file = folder / FILE
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise ManifestError(_why_missing(folder)) from None
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}"
        raise ManifestError(f"{file}: unreadable ({problem}). Run behave again.") from error


def _why_missing(folder: Path) -> str:
    if not folder.is_dir():
        return f"Nothing to report: the folder {folder} does not exist. Run behave first."
    if any((folder / "allure-results").glob("*-result.json")):
        return f"{folder} contains results but no {FILE}: the run was killed. Run behave again."
    if any(folder.glob("*-result.json")):
        return f"{folder} contains results but no {FILE}: pass the folder above it, which the run wrote."
    return f"Nothing to report: {folder} contains no {FILE}. Run behave first."


def merged(manifests: Iterable[tuple[Path, Manifest]]) -> Manifest:
    """Return one manifest of all shards. Raises ManifestError if they are not shards of one run."""
    parts = list(manifests)
    _reject_other_runs(parts)
    _reject_duplicates(parts)
    each = sorted((manifest for _, manifest in parts), key=lambda manifest: manifest.shard_numbers)
    first = each[0]
    if len(each) == 1:
        return first
    started = min(one.started for one in each)
    ended = max(one.started.timestamp() + one.seconds for one in each)
    return first.model_copy(
        update={
            "run": "+".join(one.run for one in each),
            "started": started,
            "seconds": ended - started.timestamp(),
            "selection": "; ".join(dict.fromkeys(one.selection for one in each if one.selection)),
            "workers": sum(one.workers for one in each),
            "shard_numbers": tuple(number for one in each for number in one.shard_numbers),
            "flaky_fails": any(one.flaky_fails for one in each),
            "available": max(one.available for one in each),
            "scenarios": tuple(entry for one in each for entry in one.scenarios),
            "errors": tuple(dict.fromkeys(error for one in each for error in one.errors)),
            "known_issues": tuple({issue.id: issue for one in each for issue in one.known_issues}.values()),
            "warnings": tuple(dict.fromkeys(warning for one in each for warning in one.warnings)),
        }
    )


def _reject_other_runs(parts: list[tuple[Path, Manifest]]) -> None:
    """Reject folders that are not shards of one run: other target, version, commit or number of shards."""
    (first_folder, first), *others = parts
    for folder, other in others:
        for what in ("target", "version", "commit", "shards"):
            expected, actual = getattr(first, what), getattr(other, what)
            if expected != actual:
                raise ManifestError(
                    f"{folder} is not a shard of the run in {first_folder}: {what}: expected {expected!r}, got "
                    f"{actual!r}. Pass the folders of the shards of one run."
                )


def _reject_duplicates(parts: list[tuple[Path, Manifest]]) -> None:
    actual: dict[str, Path] = {}
    for folder, manifest in parts:
        for entry in manifest.scenarios:
            if entry.location in actual:
                what = f"shard {manifest.shard_names}" if manifest.shards > 1 else "the same scenario"
                raise ManifestError(
                    f"{actual[entry.location]} and {folder} both contain {what}: “{entry.title}” ({entry.location}). "
                    "Pass each shard once."
                )
            actual[entry.location] = folder
