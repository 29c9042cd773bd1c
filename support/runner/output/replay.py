"""The run as it is shown, feature by feature: what workers tell, each thing at its place in behave's model."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from behave.matchers import NoMatch
from behave.model import Feature, Scenario, Step
from behave.runner import Runner

from support.runner.workers.messages import Event
from support.runner.workers.pool import Pool


class Show:
    """Puts what workers tell in place of steps and hooks, for when behave runs over the features of `runner`."""

    def __init__(self, runner: Runner, chosen: Sequence[Scenario], pool: Pool) -> None:
        self._runner = runner
        self._pool = pool
        self._events = pool.events()
        self._numbers = {id(scenario): number for number, scenario in enumerate(chosen)}
        self._told: defaultdict[int, list[Event]] = defaultdict(list)  # by scenario: kept for its turn
        self._matches: dict[tuple[str, str], Any] = {}
        for scenario in chosen:
            scenario.run = functools.partial(self._show_scenario, scenario)
        for feature in runner.features:
            feature.run = functools.partial(self._show_feature, feature)

    def hear_out(self) -> None:
        """Let all that runs come to its end; what is told is kept for its turn."""
        for event in self._events:
            if isinstance(event, Event):
                self._told[event.scenario].append(event)

    def _show_feature(self, feature: Feature, runner: Runner) -> bool:
        """Stand in for `Feature.run`: nothing is shown of what the run never came to."""
        if self._pool.ends_early:
            self.hear_out()
            numbers = [self._numbers.get(id(scenario)) for scenario in feature.walk_scenarios()]
            if self._pool.outcomes.keys().isdisjoint(numbers):
                return False
        return bool(Feature.run(feature, runner))

    def _show_scenario(self, scenario: Scenario, runner: Runner) -> bool:
        """Stand in for `Scenario.run`: tell the formatters what the worker told, as soon as it does."""
        number = self._numbers[id(scenario)]
        announced = False
        for told in self._about(number):
            announced = True
            self._tell(scenario, told)
        outcome = self._pool.outcomes.get(number)
        if outcome is None:  # the run ended before its turn
            return False
        if not announced:  # its worker died before it could tell anything
            self._tell(scenario, Event(number, "scenario"))
        outcome.apply(scenario)
        runner.undefined_steps.extend(step for step in scenario.all_steps if step.status.is_undefined())
        return False  # for whatever else ran is shown as well; the verdict is the manifest's

    def _about(self, number: int) -> Iterator[Event]:
        """Yield what is told about a scenario until it has ended; what is told about others is kept for their turn."""
        yield from self._told.pop(number, ())
        if number in self._pool.outcomes:
            return
        for event in self._events:
            if isinstance(event, Event) and event.scenario == number:
                yield event
            elif isinstance(event, Event):
                self._told[event.scenario].append(event)
            elif event.scenario == number:
                return

    def _tell(self, scenario: Scenario, told: Event) -> None:
        if told.what == "printed":
            print(told.text, end="")
        steps = list(scenario.all_steps)
        for formatter in self._runner.formatters:
            match told.what:
                case "scenario":
                    formatter.scenario(scenario)
                case "step":
                    formatter.step(steps[told.step])
                case "result" if told.outcome is not None:
                    told.outcome.apply(steps[told.step])
                    formatter.match(self._match_of(steps[told.step]))
                    formatter.result(steps[told.step])

    def _match_of(self, step: Step) -> Any:
        """Return where a step is written; formatters ask for each, and many say the same."""
        sentence = step.step_type, step.name
        if sentence not in self._matches:
            self._matches[sentence] = self._runner.step_registry.find_match(step) or NoMatch()
        return self._matches[sentence]
