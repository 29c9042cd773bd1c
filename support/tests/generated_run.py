"""Writes the reports folder of a run without a run: manifest and results of any number of scenarios."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

from support.report.manifest import Cause, Manifest, ScenarioEntry, Status

STARTED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOT_PASSED = {Status.FAILED: Cause.PRODUCT, Status.BROKEN: Cause.ENVIRONMENT}


def history_id(location: str) -> str:
    return md5(location.encode()).hexdigest()


def entry(number: int, status: Status = Status.PASSED, **more: Any) -> ScenarioEntry:
    about: dict[str, Any] = {
        "location": f"features/generated.feature:{number}",
        "title": f"Scenario {number} of many",
        "history_id": history_id(f"features/generated.feature:{number}"),
        "feature": "Generated",
        "epic": f"Epic {number % 5}",
        "behaviour": f"VOD-{number % 1000:03}",
        "status": status,
        "cause": NOT_PASSED.get(status),
        "message": 'status of the VOD: expected "completed", got "failed"' if status in NOT_PASSED else "",
    }
    return ScenarioEntry(**{**about, **more})


def manifest(entries: Sequence[ScenarioEntry], **more: Any) -> Manifest:
    about: dict[str, Any] = {"run": "run-1", "started": STARTED, "seconds": 60.0, "target": "generated"}
    return Manifest(**{**about, "scenarios": tuple(entries), **more})


@dataclass(frozen=True)
class GeneratedRun:
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
        start = round((self.manifest.started + timedelta(milliseconds=50 * number)).timestamp() * 1000)
        own = scenario.history_id or history_id(scenario.location)
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
        name = f"Then step {step} passes"
        return {"name": name, "status": "passed", "start": start, "stop": start + 5, "attachments": attachments}
