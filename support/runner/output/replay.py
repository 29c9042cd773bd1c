"""Replays the outcomes of workers to behave's formatters, feature by feature."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from behave.matchers import NoMatch
from behave.model import Feature, Scenario, Step
from behave.runner import Runner

from support.runner.output.progress import Progress
from support.runner.scheduling.pool import Pool
from support.runner.workers.messages import Ended, Event


class Replay:
    """Runs behave over the features of `runner`, with the outcomes of workers in place of steps and hooks.

    With `live` the features are replayed as written, each event as soon as it arrives. Otherwise every feature is
    replayed when the last of its scenarios has ended, so that nothing has to wait for a long feature before it.
    """

    def __init__(
        self, runner: Runner, chosen: Sequence[Scenario], pool: Pool, progress: Progress, *, live: bool
    ) -> None:
        self._runner = runner
        self._chosen = chosen
        self._pool = pool
        self._progress = progress
        self._live = live
        self._events = pool.events()
        self._numbers = {id(scenario): number for number, scenario in enumerate(chosen)}
        self._stored: defaultdict[int, list[Event]] = defaultdict(list)  # by scenario, until it is replayed
        self._matches: dict[tuple[str, str], Any] = {}
        self._replayed: set[int] = set()
        for scenario in chosen:
            scenario.run = functools.partial(self._replay_scenario, scenario)

    def run(self) -> None:
        """Replay all features of which something ran, until all workers have ended."""
        if self._live:
            for feature in self._runner.features:
                if self._pool.ends_early:
                    self.drain()
                self._replay_feature(feature)
        else:
            left = Counter(id(scenario.feature) for scenario in self._chosen)
            for event in self._events:
                self._store(event)
                if isinstance(event, Ended):
                    feature = self._chosen[event.scenario].feature
                    left[id(feature)] -= 1
                    if not left[id(feature)]:
                        self._replay_feature(feature)
        self.drain()
        for feature in self._runner.features:
            self._replay_feature(feature)

    def drain(self) -> None:
        """Wait for the end of all workers; their events are stored."""
        for event in self._events:
            self._store(event)

    def _store(self, event: Event | Ended) -> None:
        if isinstance(event, Event):
            if event.type == "scenario":  # the environment failed, and it was dispatched again
                self._stored[event.scenario] = [one for one in self._stored[event.scenario] if one.type == "printed"]
            self._stored[event.scenario].append(event)

    def _replay_feature(self, feature: Feature) -> None:
        """Replay a feature once, unless none of it ran."""
        if id(feature) in self._replayed:
            return
        numbers = [self._numbers.get(id(scenario)) for scenario in feature.walk_scenarios()]
        if self._pool.ends_early and self._pool.outcomes.keys().isdisjoint(numbers):
            return
        self._replayed.add(id(feature))
        self._progress.clear()
        self._runner.feature = feature
        for formatter in self._runner.formatters:
            formatter.uri(feature.filename)
        feature.run(self._runner)

    def _replay_scenario(self, scenario: Scenario, runner: Runner) -> bool:
        """Take the place of `Scenario.run`."""
        number = self._numbers[id(scenario)]
        announced = False
        for event in self._events_of(number):
            announced = True
            self._progress.clear()
            self._replay(scenario, event)
        outcome = self._pool.outcomes.get(number)
        if outcome is None:  # the run ended before it
            return False
        if not announced:  # its worker died before it sent an event
            self._replay(scenario, Event(number, "scenario"))
        outcome.apply(scenario)
        runner.undefined_steps.extend(step for step in scenario.all_steps if step.status.is_undefined())
        return False  # True could stop the replay; the manifest decides about the run

    def _events_of(self, number: int) -> Iterator[Event]:
        """Yield the events of a scenario until it has ended; events of others are stored."""
        yield from self._stored.pop(number, ())
        if number in self._pool.outcomes:
            return
        for event in self._events:
            if event.scenario != number:
                self._store(event)
            elif isinstance(event, Event):
                yield event
            else:
                return

    def _replay(self, scenario: Scenario, event: Event) -> None:
        if event.type == "printed":
            print(event.text, end="")
        steps = list(scenario.all_steps)
        for formatter in self._runner.formatters:
            match event.type:
                case "scenario":
                    formatter.scenario(scenario)
                case "step":
                    formatter.step(steps[event.step])
                case "result" if event.outcome is not None:
                    event.outcome.apply(steps[event.step])
                    formatter.match(self._match_of(steps[event.step]))
                    formatter.result(steps[event.step])

    def _match_of(self, step: Step) -> Any:
        """Return the match of a step; many steps have the same text."""
        text = step.step_type, step.name
        if text not in self._matches:
            self._matches[text] = self._runner.step_registry.find_match(step) or NoMatch()
        return self._matches[text]
