"""Runs the probe project of the runner with a real behave, and reads the verdicts from everything it left."""

import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.report import known_issues

PROJECT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "probes" / "runner"
BEHAVE = [sys.executable, "-m", "behave", "-D", "target=here.toml"]


@dataclass(frozen=True)
class Ended:
    """A run of the probe that has ended."""

    folder: Path
    exit_code: int
    output: str
    errors: str

    def allure_results(self) -> list[dict[str, Any]]:
        folder = self.folder / "reports" / "allure-results"
        found = [json.loads(path.read_text()) for path in folder.glob("*-result.json")]
        return sorted(found, key=lambda result: result["start"])

    @property
    def allure(self) -> dict[str, str]:
        """The last verdict on each scenario in Allure, by the first word of its name."""
        return {word(result["name"]): result["status"] for result in self.allure_results()}

    @property
    def junit(self) -> dict[str, str]:
        cases = (c for path in self.folder.glob("junit/*.xml") for c in ET.parse(path).getroot().iter("testcase"))
        return {word(case.attrib["name"]): case.attrib["status"] for case in cases}

    @property
    def json(self) -> dict[str, str]:
        features = json.loads((self.folder / "console.json").read_text())
        found = {}
        for feature in features:
            for element in feature.get("elements", []):
                for scenario in element.get("elements", [element]):
                    if scenario["type"] != "background":
                        found[word(scenario["name"])] = scenario["status"]
        return found

    @property
    def rerun(self) -> set[str]:
        """The names of the scenarios that the list of what did not pass points at."""
        path = self.folder / "reports" / "rerun.txt"
        return {self._at(line) for line in path.read_text().splitlines() if line[0] != "#"} if path.exists() else set()

    def _at(self, location: str) -> str:
        file, _, number = location.rpartition(":")
        lines = (self.folder / "reports" / file).read_text().splitlines()
        line = lines[int(number) - 1]
        return f"S17 {line.strip(' |')}" if line.strip().startswith("|") else word(line.split(": ", 1)[1])

    def counts(self, what: str) -> dict[str, int]:
        """What behave's summary counts: {"passed": 3, "failed": 1, ...} of "scenarios"."""
        line = next(line for line in self.output.splitlines() if re.match(rf"\d+ {what[:-1]}s? passed", line))
        return {status: int(n) for n, status in re.findall(r"(\d+) (?:scenarios? )?(\w+)", line)}


def word(name: str) -> str:
    """S01 of "S01 passes"; of an outline with its value."""
    first, *rest = name.split()
    return f"{first} {rest[-1]}" if first == "S17" else first


class Probe:
    """A copy of the probe project with a target that answers and does nothing."""

    def __init__(self, folder: Path, health_url: str) -> None:
        self.folder = folder
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        (folder / "here.toml").write_text(f'capabilities = ["writes"]\n[api]\nurl = "{health_url}"\n')

    def knows(self, issues: str) -> None:
        """Give the project a file of known issues."""
        file = self.folder / known_issues.FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(issues)

    def start(self, *options: str, **environment: str) -> "subprocess.Popen[str]":
        outputs = ["--format", "plain", "--format", "json", "--outfile", "/dev/stdout", "--outfile", "console.json"]
        junit = ["--junit", "--junit-directory", "junit"]
        return subprocess.Popen(
            [*BEHAVE, *outputs, *junit, "--no-color", *options],
            cwd=self.folder,
            env=_with(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *options: str, **environment: str) -> Ended:
        process = self.start(*options, **environment)
        output, errors = process.communicate(timeout=60)
        return Ended(self.folder, process.returncode, output, errors)

    def in_a_shell(self, line: str) -> "subprocess.CompletedProcess[str]":
        """Run a line of shell in which `behave` is the command with its target."""
        return subprocess.run(
            ["bash", "-c", line.replace("behave", shlex.join(BEHAVE), 1)],
            cwd=self.folder,
            env=_with({"PROBE_LOG": str(self.folder / "log")}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def on_a_terminal(self, *options: str, **environment: str) -> tuple[int, int]:
        """Start behave on a terminal of its own; return the process, and the file in which the terminal is read."""
        process, terminal = pty.fork()
        if process == 0:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever started these tests may have it ignored
            os.chdir(self.folder)
            os.execve(sys.executable, [*BEHAVE, *options], _with(environment))
        return process, terminal


def _with(environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROJECT), **environment}
