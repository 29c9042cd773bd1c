"""Runs the probe project of the formatter with a real behave, and reads what it left."""

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "probes" / "formatter"


@dataclass(frozen=True)
class Probe:
    folder: Path
    console: str
    exit_code: int

    @property
    def results_folder(self) -> Path:
        return self.folder / "results"

    @property
    def results(self) -> list[dict[str, Any]]:
        found = self._read("*-result.json")
        return sorted(found, key=lambda result: result["start"])

    @property
    def containers(self) -> list[dict[str, Any]]:
        return self._read("*-container.json")

    @property
    def run_attachments(self) -> dict[str, str]:
        files = [file for item in self._read("*-globals.json") for file in item["attachments"]]
        return {file["name"]: self.text(file) for file in files}

    @property
    def behave_outcomes(self) -> list[tuple[str, str]]:
        """Name and status of every scenario, as behave's own JUnit reporter tells them."""
        cases = [case for path in self.folder.glob("junit/*.xml") for case in ET.parse(path).getroot().iter("testcase")]
        return [(case.attrib["name"].partition(" -- @")[0], case.attrib["status"]) for case in cases]

    def named(self, start: str) -> list[dict[str, Any]]:
        return [result for result in self.results if result["name"].startswith(start)]

    def one(self, start: str) -> dict[str, Any]:
        (result,) = self.named(start)
        return result

    def text(self, attachment: dict[str, Any]) -> str:
        return (self.results_folder / str(attachment["source"])).read_text()

    def _read(self, pattern: str) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in self.results_folder.glob(pattern)]


def run_probe(
    folder: Path, *options: str, change: Callable[[Path], None] = lambda features: None, **environment: str
) -> Probe:
    """Copy the probe into the folder, change the copy's features, and run it."""
    copy = folder / "probe"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    change(copy / "features")
    formatter = ["--format", "support.allure.formatter:AllureFormatter", "--outfile", "results"]
    reports = ["--format", "plain", "--junit", "--junit-directory", "junit"]
    done = subprocess.run(
        [sys.executable, "-m", "behave", *formatter, *reports, *options],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Probe(copy, done.stdout + done.stderr, done.returncode)


def attachments(item: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All attachments of a result or step, those of its steps included, by name."""
    found = {file["name"]: file for file in item.get("attachments", [])}
    for step in item.get("steps", []):
        found.update(attachments(step))
    return found
