"""How much shorter a run becomes with more workers, against a service that takes 50 ms to answer.

python -m support.tests.benchmarks.parallel [SCENARIOS] [WORKERS...]
"""

import sys
import tempfile
import time
from pathlib import Path

from support.partners.server import PartnerServer
from support.tests.project import ProjectCopy

STEPS = """
from behave import when

@when("a page is asked for")
def page(context):
    context.world.reach.http.get("/api/page").expect(200)
"""


def main(scenarios: int = 80, *workers: int) -> None:
    body = "".join(f"  Scenario: S{n}\n" + "    When a page is asked for\n" * 4 for n in range(scenarios))
    with tempfile.TemporaryDirectory() as name, PartnerServer("A slow platform") as server:
        server.register("GET", "/api/health", json={"status": "healthy"})
        server.register("GET", "/api/page", json={}, delay=0.05)
        project = ProjectCopy(Path(name))
        (project.folder / "steps" / "bench.py").write_text(STEPS)
        (project.folder / "features" / "bench.feature").write_text(f"Feature: Many\n{body}")
        (project.folder / "slow.toml").write_text(f'capabilities = ["writes"]\n[api]\nurl = "{server.url}"\n')
        alone = 0.0
        for count in (1, *(workers or (2, 4, 8))):
            begin = time.monotonic()
            ended = project.behave("-D", "target=slow.toml", "features/bench.feature", "-j", str(count))
            seconds = time.monotonic() - begin
            if ended.returncode != 0:
                sys.exit(ended.stdout + ended.stderr)
            alone = alone or seconds
            print(f"-j {count}: {seconds:6.2f} s   {alone / seconds:.1f} times as fast")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
