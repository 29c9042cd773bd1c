"""Writes what a run would have left, without running: manifest and results of as many scenarios as asked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

from support.report.manifest import Cause, Manifest, ScenarioEntry, Status

BEGAN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOT_PASSED = {Status.FAILED: Cause.PRODUCT, Status.BROKEN: Cause.SURROUNDINGS}


def entry(number: int, status: Status = Status.PASSED, **more: Any) -> ScenarioEntry:
    about: dict[str, Any] = {
        "location": f"features/made_up.feature:{number}",
        "title": f"Scenario {number} of many",
        "feature": "Made up",
        "epic": f"Epic {number % 5}",
        "behaviour": f"VOD-{number % 1000:03}",
        "status": status,
        "cause": NOT_PASSED.get(status),
        "message": "The VOD should be there, but was not." if status in NOT_PASSED else "",
    }
    return ScenarioEntry(**{**about, **more})


def manifest(entries: Sequence[ScenarioEntry], **more: Any) -> Manifest:
    about: dict[str, Any] = {"run": "run-1", "began": BEGAN, "seconds": 60.0, "target": "made up"}
    return Manifest(**{**about, "scenarios": tuple(entries), **more})


@dataclass(frozen=True)
class MadeUpRun:
    """A folder of reports; `steps` is how many steps each scenario has, every fourth with an HTTP exchange."""

    folder: Path
    manifest: Manifest
    steps: int = 2
    exchange: dict[str, Any] = field(default_factory=dict)

    def write(self) -> Path:
        results = self.folder / "allure-results"
        results.mkdir(parents=True)
        for number, scenario in enumerate(self.manifest.ran):
            self._write_result(results, number, scenario)
        self.manifest.write(self.folder)
        return self.folder

    def _write_result(self, results: Path, number: int, scenario: ScenarioEntry) -> None:
        start = round((self.manifest.began + timedelta(milliseconds=50 * number)).timestamp() * 1000)
        own = md5(scenario.location.encode()).hexdigest()
        content = {
            "name": scenario.title,
            "fullName": scenario.location,
            "uuid": own,
            "historyId": own,
            "testCaseId": own,
            "status": scenario.status,
            "statusDetails": {"message": scenario.message},
            "start": start,
            "stop": start + 50,
            "labels": [
                {"name": name, "value": value}
                for name, value in (
                    ("epic", scenario.epic),
                    ("feature", scenario.feature),
                    ("story", f"Rule {number % 7}"),
                    ("severity", str(scenario.severity)),
                    ("host", "here"),
                    ("thread", f"worker {number % 4}"),
                )
            ],
            "steps": [self._step(results, own, step, start) for step in range(self.steps)],
        }
        (results / f"{own}-result.json").write_text(json.dumps(content))

    def _step(self, results: Path, own: str, step: int, start: int) -> dict[str, Any]:
        attachments = []
        if self.exchange and step % 4 == 0:
            source = f"{own}-{step}-attachment.json"
            (results / source).write_text(json.dumps(self.exchange))
            attachments.append({"name": "exchange", "source": source, "type": "application/vnd.allure.http+json"})
        name = f"Then step {step} is as agreed"
        return {"name": name, "status": "passed", "start": start, "stop": start + 5, "attachments": attachments}
