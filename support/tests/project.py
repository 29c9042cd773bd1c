"""A copy of the project's features, steps and settings, so that a test can run `behave` and spoil nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


class ProjectCopy:
    """A folder in which `behave` runs as it does in the project; `support` itself is the project's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("features", "steps"):
            shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("environment.py", "pyproject.toml"):
            shutil.copy(PROJECT / part, folder / part)
        settings = folder / "pyproject.toml"  # tests add features without a behaviour
        settings.write_text(settings.read_text().replace("require_behaviours = true", "require_behaviours = false"))

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def start(self, *arguments: str, module: str = "behave") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def behave(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
