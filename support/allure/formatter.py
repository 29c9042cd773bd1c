"""The Allure formatter: a result for every scenario, with the status of behave and a readable message.

behave loads it as `support.allure.formatter:AllureFormatter`. It adds what allure-behave omits (scenarios in a Rule,
failed hooks and cleanups, skip reasons). It depends on internals of allure-behave and behave, so both are pinned; the
probe project in `support/tests/probes/formatter` tests them together.
"""

import functools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import allure_behave.formatter
import allure_commons
from allure_behave.listener import AllureListener
from allure_commons.model2 import (
    Label,
    Parameter,
    Status,
    StatusDetails,
    TestAfterResult,
    TestBeforeResult,
    TestResult,
    TestStepResult,
)
from allure_commons.types import AttachmentType, LabelType
from behave.formatter.base import Formatter

from support.allure.descriptions import described, identity_of, ordinals, place_labels, rule_of, run_labels
from support.allure.status import hook_failures, own_output, scenario_details, status_of, step_details
from support.allure.writer import FilesOfResults, MaskedFileWriter, new_id
from support.evidence.recorder import TRANSCRIPT
from support.evidence.rendering import Line


class AllureFormatter(allure_behave.formatter.AllureFormatter):  # type: ignore[misc]
    """Writes an Allure results folder, through `files` if given; a dry run writes nothing."""

    def __init__(self, stream_opener: Any, config: Any, files: FilesOfResults | None = None) -> None:
        # Not the parent's, which would register another listener and logger.
        Formatter.__init__(self, stream_opener, config)
        self.listener = ScenarioListener(config)
        self.file_logger = None if config.dry_run else files or MaskedFileWriter(Path(self.stream_opener.name))
        for plugin in filter(None, (self.listener, self.file_logger)):
            allure_commons.plugin_manager.register(plugin)

    def uri(self, uri: str) -> None:
        """Start a feature file."""
        self.listener.run_started = True

    def feature(self, feature: Any) -> None:
        """Start a feature: report all its scenarios, also those in rules."""
        self.listener.start_feature(feature)
        for scenario in feature.walk_scenarios():
            scenario.run = self.listener.reported(scenario)

    def expect_part(self) -> None:
        """Expect only a part of the run, or of this feature: the rest is reported elsewhere."""
        self.listener.expect_part()

    def close(self) -> None:
        """Write the remaining files."""
        super().close()
        if self.file_logger:
            self.file_logger.close()

    def report_lost(self, scenario: Any) -> None:
        """Report a scenario with a known outcome whose worker could not report it."""
        self.uri(scenario.filename)
        self.listener.start_feature(scenario.feature)
        self.expect_part()
        self.listener.start_scenario(scenario)
        self.listener.stop_scenario(scenario)
        self.listener.stop_feature()

    def report_problem(self, title: str, message: str, container: Any = None) -> None:
        """Report an error outside scenarios as a broken result; `container` is its feature or rule, if any."""
        feature = getattr(container, "feature", None) or container
        labels = place_labels(feature, rule_of(container)) if container is not None else []
        self.listener._report_problem(title, message, labels)


class ScenarioListener(AllureListener):  # type: ignore[misc]
    """Turns the events of behave into Allure results."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.current_scenario_uuid: str | None = None
        self.current_step_uuid: str | None = None
        self.run_started = False
        self._feature: Any = None
        self._waiting: dict[int, Any] = {}  # scenarios not yet started, by id(): behave compares by name
        self._ordinals: dict[int, int] = {}  # by id() of a scenario: its number among equal ones
        self._failed_before: dict[int, int] = {}  # by id() of a scenario: start of its last failed attempt
        self._fixture: str | None = None  # uuid of the open setup or teardown
        self._cleanup_errors: list[BaseException] = []
        self._is_part = False
        self._was_selected = True

    def start_feature(self, feature: Any) -> None:
        """Start a feature."""
        self.group_context.enter()
        self._feature = feature
        scenarios = feature.walk_scenarios()
        self._waiting = {id(scenario): scenario for scenario in scenarios}
        self._ordinals = ordinals(scenarios)
        self._failed_before.clear()

    def expect_part(self) -> None:
        """Report neither scenarios that have not started nor an empty run."""
        self.run_started = self._is_part = True
        self._waiting.clear()

    def stop_feature(self) -> None:
        """End a feature: report scenarios that never ran and failed teardowns, which behave does not report."""
        for scenario in list(self._waiting.values()):
            if scenario.should_run(self.behave_config):
                self.start_scenario(scenario)
                self._close_scenario(*_why_not_run(scenario))
        for owner in (self._feature, *self._feature.iter_rules()):
            for message in _teardown_failures(owner):
                title = f"Teardown of the {owner.type} “{owner.name}”"
                self._report_problem(title, message, place_labels(self._feature, rule_of(owner)))
        super().stop_feature()

    def stop_session(self) -> None:
        """End the run."""
        if not self.run_started:
            message = "The setup of the run failed, no scenario ran. The console shows the error."
            self._report_problem("The run", message, [])
        super().stop_session()

    def reported(self, scenario: Any) -> Callable[[Any], bool]:
        """Return the `run` method of the scenario, which reports a result for each call, so for each attempt."""
        run = scenario.run

        @functools.wraps(run)
        def run_reported(runner: Any) -> bool:
            self.start_scenario(scenario)
            with _cleanup_errors_to(runner.context, self._cleanup_errors.append):
                try:
                    return bool(run(runner))
                finally:
                    self.stop_scenario(scenario)

        return run_reported

    def start_scenario(self, scenario: Any) -> None:
        """Start a scenario."""
        self._waiting.pop(id(scenario), None)
        self._cleanup_errors.clear()
        self.steps.clear()
        self.group_context.enter()
        # Read before hooks run: a scenario that a hook skips was selected, and has a result.
        self._was_selected = self._is_part or scenario.should_run(self.behave_config)
        self.current_scenario_uuid = new_id()
        result = described(scenario, self._ordinals.get(id(scenario), 0))
        result.uuid = self.current_scenario_uuid
        # The last attempt is the one that started last, in milliseconds.
        result.start = max(_now(), self._failed_before.get(id(scenario), 0) + 1)
        self.logger.schedule_test(result.uuid, result)

    def stop_scenario(self, scenario: Any) -> None:
        """End a scenario, after its hooks and cleanups."""
        status = status_of(scenario)
        self._stop_fixture(Status.BROKEN if scenario.status.is_hook_error() else Status.PASSED)
        self.flush_steps()
        if self._is_deselected(scenario):
            self._drop_scenario()
            return
        details = scenario_details(scenario, self._cleanup_errors)
        if scenario.status.has_failed():
            self._failed_before[id(scenario)] = self.logger.get_test(self.current_scenario_uuid).start
            self._attach_output(scenario)
        elif status == Status.PASSED and id(scenario) in self._failed_before:
            details = StatusDetails(message="Passed after a failed attempt.", flaky=True)
            self.logger.get_test(self.current_scenario_uuid).labels.append(Label(LabelType.TAG, "flaky"))
        for check in getattr(scenario, "not_checked", ()):
            result = self.logger.get_test(self.current_scenario_uuid)
            result.labels.append(Label(LabelType.TAG, f"skipped check: {check}"))
            result.description = f"{result.description or ''}\n\n**Skipped check: {check}.**".strip()
        self._close_scenario(status, details)

    def start_behave_step(self, step: Any) -> None:
        """Start a step; its table is shown as its parameters, its text is attached."""
        self._stop_fixture(Status.PASSED)
        self.current_step_uuid = new_id()
        result = TestStepResult(name=f"{step.keyword} {step.name}", start=_now())
        self.logger.start_step(None, self.current_step_uuid, result)
        if step.text:
            self._attach_text(step.text)
        if step.table:
            result.parameters = list(_parameters(step.table))

    def stop_behave_step(self, step: Any) -> None:
        """End a step, after its hooks."""
        self._stop_behave_step(status_of(step), step_details(step))

    def flush_steps(self) -> None:
        """Report announced steps that were not reached as skipped, defined or not."""
        while self.steps:
            step = self.steps.popleft()
            self.start_behave_step(step)
            self._stop_behave_step(Status.SKIPPED, step_details(step))

    @allure_commons.hookimpl
    def start_step(self, uuid: str, title: str, params: dict[str, str]) -> None:
        """Start a step inside a step (`allure.step`)."""
        self._ensure_container()
        super().start_step(uuid, title, params)

    @allure_commons.hookimpl
    def forward_line(self, line: Line) -> None:
        """Show a line as a step inside the current one."""
        if self._ensure_container():
            now = _now()
            start = now - round(line.elapsed * 1000)
            done = TestStepResult(name=line.text, status=Status.PASSED, start=start, stop=now)
            self.logger.get_item(self.current_step_uuid or self._fixture).steps.append(done)

    @allure_commons.hookimpl
    def attach_data(self, body: str | bytes, name: str, attachment_type: Any, extension: str | None) -> None:
        """Attach to the current step or fixture; the transcript to the scenario; outside scenarios, to the run."""
        if name == TRANSCRIPT and self.current_scenario_uuid:
            scenario = self.current_scenario_uuid
            self.logger.attach_data(new_id(), body, name, attachment_type, extension, parent_uuid=scenario)
        elif self._ensure_container():
            super().attach_data(body, name, attachment_type, extension)
        else:
            self.global_attach_data(body, name, attachment_type, extension)

    @allure_commons.hookimpl
    def attach_file(self, source: str, name: str, attachment_type: Any, extension: str | None) -> None:
        """Attach to the current step or fixture; outside scenarios, to the run."""
        if self._ensure_container():
            super().attach_file(source, name, attachment_type, extension)
        else:
            self.global_attach_file(source, name, attachment_type, extension)

    def _ensure_container(self) -> bool:
        """Return whether a scenario is running; between steps, open a setup or teardown for its hooks."""
        if self.current_scenario_uuid is None:
            return False
        if self.current_step_uuid is None and self._fixture is None:
            self._fixture = new_id()
            group = self.group_context.current_group().uuid
            if self.logger.get_test(self.current_scenario_uuid).steps:
                self.logger.start_after_fixture(group, self._fixture, TestAfterResult(name="Teardown", start=_now()))
            else:
                self.logger.start_before_fixture(group, self._fixture, TestBeforeResult(name="Setup", start=_now()))
        return True

    def _stop_fixture(self, status: str) -> None:
        if self._fixture:
            self.logger.stop_before_fixture(self._fixture, stop=_now(), status=status)
            self._fixture = None

    def _stop_behave_step(self, status: str, details: StatusDetails | None) -> None:
        self.logger.stop_step(self.current_step_uuid, stop=_now(), status=status, statusDetails=details)
        self.current_step_uuid = None

    def _attach_text(self, text: str) -> None:
        try:
            pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):  # plain text, or nested too deeply to be formatted
            self.logger.attach_data(new_id(), text, name="text", attachment_type=AttachmentType.TEXT)
        else:
            self.logger.attach_data(new_id(), pretty, name="text", attachment_type=AttachmentType.JSON)

    def _attach_output(self, scenario: Any) -> None:
        parts = [part for one in own_output(scenario) for part in (one.stdout, one.stderr, one.log)]
        output = "\n".join(filter(None, parts))
        if output:
            uuid = self.current_scenario_uuid
            self.logger.attach_data(new_id(), output, "output", AttachmentType.TEXT, parent_uuid=uuid)

    def _is_deselected(self, scenario: Any) -> bool:
        """Return whether tags, name or location excluded the scenario, so that it never started."""
        excluded = status_of(scenario) == Status.SKIPPED and not scenario.skip_reason and not self._was_selected
        return excluded and not self.behave_config.show_skipped

    def _close_scenario(self, status: str, details: StatusDetails | None) -> None:
        uuid, self.current_scenario_uuid = self.current_scenario_uuid, None
        result = self.logger.get_test(uuid)
        result.stop = max(_now(), result.start)
        result.status = status
        result.statusDetails = details
        self.logger.close_test(uuid)
        self.group_context.append_test(uuid)
        self.group_context.exit()

    def _drop_scenario(self) -> None:
        self.logger.drop_test(self.current_scenario_uuid)
        self.group_context.exit()
        self.current_scenario_uuid = None

    def _report_problem(self, title: str, message: str, labels: Sequence[Label]) -> None:
        """Report an error outside scenarios as a broken result, so that no green report hides it."""
        now = _now()
        result = TestResult(uuid=new_id(), name=title, fullName=title, start=now, stop=now)
        result.testCaseId = result.historyId = identity_of(title)
        result.status = Status.BROKEN
        result.statusDetails = StatusDetails(message=message)
        result.labels = [*labels, *run_labels()]
        self.logger.schedule_test(result.uuid, result)
        self.logger.close_test(result.uuid)


def _parameters(table: Any) -> Iterator[Parameter]:
    """Yield the rows of a step's table as parameters of the step, which Allure shows without an attachment."""
    head, *others = table.headings
    if not others:
        yield from (Parameter(name=head, value=row.cells[0]) for row in table.rows)
        return
    if len(others) > 1:
        yield Parameter(name=head, value=" | ".join(others))
    for row in table.rows:
        first, *rest = row.cells
        yield Parameter(name=first, value=" | ".join(rest))


def _why_not_run(scenario: Any) -> tuple[str, StatusDetails]:
    """Return status and reason of a scenario that never ran."""
    owners = [owner for owner in (rule_of(scenario), scenario.feature) if owner]
    for owner in owners:
        for _, message in hook_failures(owner, f"the {owner.type} “{owner.name}”"):
            return Status.BROKEN, StatusDetails(message=f"Not run. {message}")
    return Status.SKIPPED, StatusDetails(message="Not run: the run was stopped before.")


def _teardown_failures(owner: Any) -> Iterator[str]:
    """Yield the failures after the scenarios of a feature or rule."""
    subject = f"the {owner.type} “{owner.name}”"
    yield from (message for phase, message in hook_failures(owner, subject) if phase == "after")
    if owner.status.name == "cleanup_error":
        yield f"Cleanup of {subject} failed: see the console."


@contextmanager
def _cleanup_errors_to(context: Any, receive: Callable[[BaseException], None]) -> Iterator[None]:
    """Pass errors of cleanups to `receive`: behave prints them, but does not store them."""
    default = getattr(context, "on_cleanup_error", context.print_cleanup_error)

    def handle(context: Any, cleanup: Callable[[], None], error: BaseException) -> None:
        receive(error)
        default(context, cleanup, error)

    context._root["on_cleanup_error"] = handle
    try:
        yield
    finally:
        context._root["on_cleanup_error"] = default


def _now() -> int:
    return round(time.time() * 1000)
