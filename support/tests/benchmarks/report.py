"""How long the report takes, and how large it is: `python -m support.tests.benchmarks.report [SCENARIOS]`.

Each scenario has eight steps and two HTTP exchanges of 1.8 KB. The first figure is for no history, the second for as
many earlier runs as are kept.
"""

import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from support.report.build import build
from support.report.history import FILE, LIMIT
from support.report.manifest import Status
from support.tests.generated_run import STARTED, GeneratedRun, entry, manifest

EXCHANGE = {
    "schemaVersion": 1,
    "request": {
        "method": "GET",
        "url": "http://here/api/vod",
        "headers": [],
        "query": [],
        "body": {"value": "x" * 900},
    },
    "response": {"status": 200, "statusText": "OK", "headers": [], "body": {"value": "y" * 900}},
    "start": 0,
    "stop": 1,
}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        reports, output = Path(folder) / "reports", Path(folder) / "out" / "report.html"
        entries = [entry(number, Status.FAILED if number % 100 == 99 else Status.PASSED) for number in range(count)]
        run = GeneratedRun(reports, manifest(entries), steps=8, exchange=EXCHANGE)
        run.write()
        _measure(reports, output, "without a history")
        [line] = (output.parent / FILE).read_text().splitlines()
        _fill(output.parent / FILE, line)
        manifest(entries, started=STARTED + timedelta(days=LIMIT + 1), run="now").write(reports)
        _measure(reports, output, f"with {LIMIT} runs before it")


def _fill(history: Path, line: str) -> None:
    """Repeat a run day by day until the history is full."""
    began = round(STARTED.timestamp() * 1000)
    lines = []
    for day in range(LIMIT):
        moved = line.replace('"run-1"', f'"run-{day}"')
        lines.append(moved.replace(f'"timestamp":{began}', f'"timestamp":{began + day * 86_400_000}'))
    history.write_text("\n".join(lines) + "\n")


def _worked() -> float:
    """Return the processor time of this process and of Node.js so far, in seconds."""
    return sum(os.times()[:4])


def _measure(reports: Path, output: Path, what: str) -> None:
    begin, worked = time.perf_counter(), _worked()
    done = build([reports], output)
    seconds, work = time.perf_counter() - begin, _worked() - worked
    size = output.stat().st_size / 1e6
    history = output.with_name(FILE).stat().st_size / 1e6
    took = f"{seconds:.1f} s ({work:.1f} s of processor time), {size:.1f} MB"
    print(f"{len(done.scenarios)} scenarios {what}: {took}; history {history:.1f} MB")


if __name__ == "__main__":
    main()
