"""`acceptance doctor`: check a target and list missing capabilities with their cost."""

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

GOOD, BAD, MISSING = "✓", "✗", "–"
NO_START = frozenset({ADDRESS, *PERMANENT, Capability.DATABASE, Capability.REDIS, Capability.STORAGE})
"""What behave checks before it starts: with a problem there, no scenario runs."""


@dataclass(frozen=True)
class Finding:
    """One line: state (good, bad or missing), subject, result, and the cost in scenarios."""

    state: str
    subject: str
    actual: str
    cost: str = ""

    def __str__(self) -> str:
        return f"{self.state} {self.subject:<13} {self.actual}" + (f"\n{'':<16}costs: {self.cost}" if self.cost else "")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("-D", dest="target", required=True, metavar="target=NAME", help="the target, as with behave")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Print every finding, then how many scenarios would run."""
    named = target_named(options.target)
    target = load_target(named)
    if target.embedded:
        raise UsageError("The embedded platform starts with each run and needs no doctor. Name a live target.")
    doctor = Doctor(target)
    bad = set()
    for finding in doctor.findings():
        bad |= {finding.subject} if finding.state == BAD else set()
        print(finding, flush=True)
    command = f"behave -D target={named}"
    if ADDRESS in bad:
        print(f"No scenario can run at {target.name} until the platform responds there.")
    elif bad & NO_START:
        print(f"{command} does not start until the problems marked {BAD} are fixed; then {doctor.verdict()}.")
    else:
        print(f"{command}: {doctor.verdict()}.")
    return ExitCode.ENVIRONMENT if bad else ExitCode.PASSED


class Doctor:
    """Checks of one target: its capabilities, problems, and their cost."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._preflight = Preflight(target, check_passwords=True)
        self._provided = target.capabilities | ({Capability.BROWSER} if find_browser() else frozenset())
        self._scenarios = [one for feature in steps.read_features() for one in feature.walk_scenarios()]

    def findings(self) -> Iterator[Finding]:
        """Yield all findings, most important first."""
        address = self._finding(ADDRESS, f"all {len(self._scenarios)} scenarios")
        yield address
        if address.state == BAD:
            return
        yield self._finding(VERSION, "none; the report cannot name the tested version")
        yield self._finding(CLOCK, "scenarios that compare times")
        for name in PERMANENT:
            cost = (
                f"{sum(name in _personas_in(scenario) for scenario in self._scenarios)} scenarios in which {name} acts"
            )
            if name in self._target.personas:
                yield self._finding(name, cost)
            else:
                yield Finding(MISSING, name, "has no account in the target file", cost)
        for capability in Capability:
            cost = self._cost(capability)
            if capability in self._provided:
                yield self._finding(capability, cost)
            else:
                why = NO_BROWSER if capability is Capability.BROWSER else "not provided by the target file"
                yield Finding(MISSING, capability, why, cost)

    def verdict(self) -> str:
        """Return how many scenarios would run without the problems found."""
        runs = sum(self._runs(scenario) for scenario in self._scenarios)
        return f"about {runs} of {len(self._scenarios)} scenarios run at {self._target.name}"

    def _runs(self, scenario: Scenario) -> bool:
        needs = {tag.removeprefix(tags.NEEDS) for tag in scenario.effective_tags if tag.startswith(tags.NEEDS)}
        missing = needs - self._provided - {Capability.DATABASE, Capability.REDIS}
        without_account = _personas_in(scenario) & set(PERMANENT) - self._target.personas.keys()
        writes = Capability.WRITES in self._provided
        return not missing and not without_account and (writes or tags.READONLY in scenario.effective_tags)

    def _finding(self, subject: str, cost: str) -> Finding:
        """Return the result of one check; a problem becomes a finding."""
        try:
            return Finding(GOOD, subject, self._preflight.look(subject))
        except Problem as problem:
            return Finding(BAD, subject, str(problem), cost)

    def _cost(self, capability: Capability) -> str:
        tagged = sum(tags.NEEDS + capability in scenario.effective_tags for scenario in self._scenarios)
        if capability is Capability.WRITES:
            lost = sum(tags.READONLY not in scenario.effective_tags for scenario in self._scenarios)
            return f"{lost} scenarios; those tagged @{tags.READONLY} run"
        if capability in (Capability.DATABASE, Capability.REDIS):
            return f"{tagged} scenarios skip their checks there; those without other checks are skipped"
        return f"{tagged} scenarios"


def _personas_in(scenario: Scenario) -> set[str]:
    return personas_in(step.name for step in scenario.all_steps)
