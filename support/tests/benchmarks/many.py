"""Whether time and memory stay in proportion when there are ten thousand scenarios.

python -m support.tests.benchmarks.many [SCENARIOS...]
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from support.partners.server import PartnerServer
from support.tests.runner_probe import Probe

PER_FEATURE = 20


def main(*sizes: int) -> None:
    with PartnerServer("A platform") as server:
        server.register("GET", "/api/health", json={"status": "healthy"})
        for size in sizes or (1000, 10000):
            with tempfile.TemporaryDirectory() as name:
                measure(Probe(Path(name), server.url), size)


def measure(probe: Probe, size: int) -> None:
    many = probe.folder / "features" / "many"
    many.mkdir()
    body = "".join(f"  Scenario: S{n}\n    Given a clip\n    Then it is shown\n" for n in range(PER_FEATURE))
    for number in range(size // PER_FEATURE):
        (many / f"f{number}.feature").write_text(f"Feature: F{number}\n{body}")
    for what, options in (
        ("selection", ["--tags=@slow", "features/many"]),
        ("dry run", ["--dry-run", "features/many"]),
        ("run", ["features/many"]),
    ):
        begin = time.monotonic()
        process = probe.start("--format", "progress3", *options)
        process.communicate()
        seconds = time.monotonic() - begin
        # The largest so far of all children: of the run, which comes last, it is the runner's or a worker's.
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{size:6} scenarios, {what:<10} {seconds:7.2f} s  {seconds / size * 1000:6.2f} ms each  {peak:4.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
