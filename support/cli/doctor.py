"""`acceptance doctor`: whether a target can be tested, what is wrong with it, and what each lack costs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from behave.model import Scenario

from support.cli.sweep import target_named
from support.drivers.browser import NO_BROWSER, find_browser
from support.errors import ExitCode, UsageError
from support.gherkin import steps, tags
from support.gherkin.personas import PERMANENT, personas_in
from support.targets.capabilities import Capability
from support.targets.preflight import ADDRESS, CLOCK, VERSION, Preflight, Problem
from support.targets.settings import Target, load_target

GOOD, BAD, LACKING = "✓", "✗", "–"
NO_START = frozenset({ADDRESS, *PERMANENT, Capability.DATABASE, Capability.REDIS, Capability.STORAGE})
"""What behave looks at before it begins: where it is wrong, no scenario runs."""


@dataclass(frozen=True)
class Finding:
    """One line: whether it is good, bad or lacking, what was looked at, what was seen, and what it costs."""

    state: str
    what: str
    seen: str
    cost: str = ""

    def __str__(self) -> str:
        return f"{self.state} {self.what:<13} {self.seen}" + (f"\n{'':<16}costs: {self.cost}" if self.cost else "")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("-D", dest="target", required=True, metavar="target=NAME", help="the target, as with behave")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Look at everything, also when something is wrong, and say how much of the features would run."""
    named = target_named(options.target)
    target = load_target(named)
    if target.embedded:
        raise UsageError("The embedded platform is started anew for each run and needs no doctor: name a live target.")
    doctor = Doctor(target)
    bad = set()
    for finding in doctor.findings():
        bad |= {finding.what} if finding.state == BAD else set()
        print(finding, flush=True)
    command = f"behave -D target={named}"
    if ADDRESS in bad:
        print(f"No scenario can run at {target.name} until it answers as the platform does.")
    elif bad & NO_START:
        print(f"{command} does not begin until what is marked {BAD} is mended; then {doctor.verdict()}.")
    else:
        print(f"{command}: {doctor.verdict()}.")
    return ExitCode.ENVIRONMENT if bad else ExitCode.PASSED


class Doctor:
    """Tells what one target is and lacks, and what that costs."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._preflight = Preflight(target, check_passwords=True)
        self._granted = target.capabilities | ({Capability.BROWSER} if find_browser() else frozenset())
        self._scenarios = [one for feature in steps.read_features() for one in feature.walk_scenarios()]

    def findings(self) -> Iterator[Finding]:
        """Yield all findings, in the order in which they matter."""
        address = self._finding(ADDRESS, f"all {len(self._scenarios)} scenarios")
        yield address
        if address.state == BAD:
            return
        yield self._finding(VERSION, "nothing; the report cannot say what was tested")
        yield self._finding(CLOCK, "scenarios that look at times")
        for name in PERMANENT:
            cost = f"{sum(name in _people(scenario) for scenario in self._scenarios)} scenarios in which {name} acts"
            if name in self._target.personas:
                yield self._finding(name, cost)
            else:
                yield Finding(LACKING, name, "has no account in the target file", cost)
        for capability in Capability:
            cost = self._cost(capability)
            if capability in self._granted:
                yield self._finding(capability, cost)
            else:
                why = NO_BROWSER if capability is Capability.BROWSER else "not granted by the target file"
                yield Finding(LACKING, capability, why, cost)

    def verdict(self) -> str:
        """Return how many scenarios would run if nothing of what there is were wrong."""
        runs = sum(self._runs(scenario) for scenario in self._scenarios)
        return f"about {runs} of {len(self._scenarios)} scenarios run at {self._target.name}"

    def _runs(self, scenario: Scenario) -> bool:
        needs = {tag.removeprefix(tags.NEEDS) for tag in scenario.effective_tags if tag.startswith(tags.NEEDS)}
        lacking = needs - self._granted - {Capability.DATABASE, Capability.REDIS}
        strangers = _people(scenario) & set(PERMANENT) - self._target.personas.keys()
        writes = Capability.WRITES in self._granted
        return not lacking and not strangers and (writes or tags.READONLY in scenario.effective_tags)

    def _finding(self, what: str, cost: str) -> Finding:
        """Return what was seen; a problem is a finding, whatever it is."""
        try:
            return Finding(GOOD, what, self._preflight.look(what))
        except Problem as problem:
            return Finding(BAD, what, str(problem), cost)

    def _cost(self, capability: Capability) -> str:
        asking = sum(tags.NEEDS + capability in scenario.effective_tags for scenario in self._scenarios)
        if capability is Capability.WRITES:
            lost = sum(tags.READONLY not in scenario.effective_tags for scenario in self._scenarios)
            return f"{lost} scenarios; those tagged @{tags.READONLY} run"
        if capability in (Capability.DATABASE, Capability.REDIS):
            return (
                f"{asking} scenarios look there: what they check there is left out, and those with nothing else skipped"
            )
        return f"{asking} scenarios"


def _people(scenario: Scenario) -> set[str]:
    return personas_in(step.name for step in scenario.all_steps)
