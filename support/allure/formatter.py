"""The Allure formatter: every scenario, with behave's own verdict, in words a product owner can read.

behave loads it as `support.allure.formatter:AllureFormatter`. It mends what allure-behave leaves out
(scenarios under a Rule, failed hooks and clean-ups, skip reasons) and leans on inner parts of allure-behave and
behave, so both are pinned; the probe project in `support/tests/probes/formatter` holds all three together.
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
from support.allure.status import hook_failures, scenario_details, status_of, step_details
from support.allure.writer import FilesOfResults, MaskedFileWriter, new_id
from support.evidence.recorder import TRANSCRIPT
from support.evidence.rendering import Line, csv_of


class AllureFormatter(allure_behave.formatter.AllureFormatter):  # type: ignore[misc]
    """Has an Allure results folder written, by `files` or else by itself; a dry run writes nothing."""

    def __init__(self, stream_opener: Any, config: Any, files: FilesOfResults | None = None) -> None:
        # Not the parent's: it would register a listener and a logger of its own.
        Formatter.__init__(self, stream_opener, config)
        self.listener = ScenarioListener(config)
        self.file_logger = None if config.dry_run else files or MaskedFileWriter(Path(self.stream_opener.name))
        for plugin in filter(None, (self.listener, self.file_logger)):
            allure_commons.plugin_manager.register(plugin)

    def uri(self, uri: str) -> None:
        """A feature file comes next."""
        self.listener.run_began = True

    def feature(self, feature: Any) -> None:
        """A feature begins: have all its scenarios reported, those under rules too."""
        self.listener.start_feature(feature)
        for scenario in feature.walk_scenarios():
            scenario.run = self.listener.reported(scenario)

    def expect_part(self) -> None:
        """Only a part of the run, or of this feature, will run here: what does not is somebody else's to report."""
        self.listener.expect_part()

    def close(self) -> None:
        """Write the rest; nothing more will be reported."""
        super().close()
        if self.file_logger:
            self.file_logger.close()

    def report_lost(self, scenario: Any) -> None:
        """Report a scenario whose verdict is known and whose process could not write it."""
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
        self.listener._report_trouble(title, message, labels)


class ScenarioListener(AllureListener):  # type: ignore[misc]
    """Turns what behave does into Allure results."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.current_scenario_uuid: str | None = None
        self.current_step_uuid: str | None = None
        self.run_began = False
        self._feature: Any = None
        self._waiting: dict[int, Any] = {}  # by id(), as behave's equality goes by name: scenarios not yet started
        self._ordinals: dict[int, int] = {}  # by id() of a scenario: which of several equal ones it is
        self._failed_before: dict[int, int] = {}  # by id() of a scenario: when its last attempt that failed began
        self._fixture: str | None = None  # uuid of the open set-up or tear-down
        self._cleanup_errors: list[BaseException] = []

    def start_feature(self, feature: Any) -> None:
        """A feature begins."""
        self.group_context.enter()
        self._feature = feature
        scenarios = feature.walk_scenarios()
        self._waiting = {id(scenario): scenario for scenario in scenarios}
        self._ordinals = ordinals(scenarios)
        self._failed_before.clear()

    def expect_part(self) -> None:
        """Report neither the scenarios that are not started, nor a run without any."""
        self.run_began = True
        self._waiting.clear()

    def stop_feature(self) -> None:
        """A feature has ended: report what behave leaves untold, scenarios that never ran and failed tear-downs."""
        for scenario in list(self._waiting.values()):
            if scenario.should_run(self.behave_config):
                self.start_scenario(scenario)
                self._close_scenario(*_why_not_run(scenario))
        for owner in (self._feature, *self._feature.iter_rules()):
            for sentence in _teardown_failures(owner):
                title = f"Tear-down of the {owner.type} “{owner.name}”"
                self._report_trouble(title, sentence, place_labels(self._feature, rule_of(owner)))
        super().stop_feature()

    def stop_session(self) -> None:
        """The run has ended."""
        if not self.run_began:
            sentence = "The set-up of the run failed, so nothing was tested. The console says what went wrong."
            self._report_trouble("The run as a whole", sentence, [])
        super().stop_session()

    def reported(self, scenario: Any) -> Callable[[Any], bool]:
        """The scenario's `run` method, each call of which becomes a result: a retry is one more."""
        run = scenario.run

        @functools.wraps(run)
        def run_reported(runner: Any) -> bool:
            self.start_scenario(scenario)
            with _overheard(runner.context, self._cleanup_errors.append):
                try:
                    return bool(run(runner))
                finally:
                    self.stop_scenario(scenario)

        return run_reported

    def start_scenario(self, scenario: Any) -> None:
        """A scenario begins."""
        self._waiting.pop(id(scenario), None)
        self._cleanup_errors.clear()
        self.steps.clear()
        self.group_context.enter()
        self.current_scenario_uuid = new_id()
        result = described(scenario, self._ordinals.get(id(scenario), 0))
        result.uuid = self.current_scenario_uuid
        # Which attempt was the last is told by when it began, in milliseconds.
        result.start = max(_now(), self._failed_before.get(id(scenario), 0) + 1)
        self.logger.schedule_test(result.uuid, result)

    def stop_scenario(self, scenario: Any) -> None:
        """A scenario has ended, its hooks and clean-up included."""
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
            details = StatusDetails(message="Passed after an earlier attempt had failed.", flaky=True)
            self.logger.get_test(self.current_scenario_uuid).labels.append(Label(LabelType.TAG, "flaky"))
        for gap in getattr(scenario, "not_checked", ()):
            result = self.logger.get_test(self.current_scenario_uuid)
            result.labels.append(Label(LabelType.TAG, f"not checked: {gap}"))
            result.description = f"{result.description or ''}\n\n**Not checked: {gap}.**".strip()
        self._close_scenario(status, details)

    def start_behave_step(self, step: Any) -> None:
        """A step begins; its table and text are attached to it."""
        self._stop_fixture(Status.PASSED)
        self.current_step_uuid = new_id()
        result = TestStepResult(name=f"{step.keyword} {step.name}", start=_now())
        self.logger.start_step(None, self.current_step_uuid, result)
        if step.text:
            self._attach_text(step.text)
        if step.table:
            self.logger.attach_data(
                new_id(),
                csv_of([step.table.headings, *(row.cells for row in step.table.rows)]),
                name="table",
                attachment_type=AttachmentType.CSV,
            )

    def stop_behave_step(self, step: Any) -> None:
        """A step has ended, its hooks included."""
        self._stop_behave_step(status_of(step), step_details(step))

    def flush_steps(self) -> None:
        """Steps that were announced but not reached are skipped, written or not."""
        while self.steps:
            step = self.steps.popleft()
            self.start_behave_step(step)
            self._stop_behave_step(Status.SKIPPED, step_details(step))

    @allure_commons.hookimpl
    def start_step(self, uuid: str, title: str, params: dict[str, str]) -> None:
        """A step inside a step (`allure.step`) begins."""
        self._ensure_place()
        super().start_step(uuid, title, params)

    @allure_commons.hookimpl
    def forward_line(self, line: Line) -> None:
        """Show as a step inside the one under way what has been done there."""
        if self._ensure_place():
            now = _now()
            began = now - round(line.elapsed * 1000)
            done = TestStepResult(name=line.text, status=Status.PASSED, start=began, stop=now)
            self.logger.get_item(self.current_step_uuid or self._fixture).steps.append(done)

    @allure_commons.hookimpl
    def attach_data(self, body: str | bytes, name: str, attachment_type: Any, extension: str | None) -> None:
        """Attach to what is under way; outside every scenario, to the run. The transcript stands beside the steps."""
        if name == TRANSCRIPT and self.current_scenario_uuid:
            scenario = self.current_scenario_uuid
            self.logger.attach_data(new_id(), body, name, attachment_type, extension, parent_uuid=scenario)
        elif self._ensure_place():
            super().attach_data(body, name, attachment_type, extension)
        else:
            self.global_attach_data(body, name, attachment_type, extension)

    @allure_commons.hookimpl
    def attach_file(self, source: str, name: str, attachment_type: Any, extension: str | None) -> None:
        """Attach to what is under way; outside every scenario, to the run."""
        if self._ensure_place():
            super().attach_file(source, name, attachment_type, extension)
        else:
            self.global_attach_file(source, name, attachment_type, extension)

    def _ensure_place(self) -> bool:
        """Whether a scenario is running; between its steps, open a set-up or tear-down that shows what hooks do."""
        if self.current_scenario_uuid is None:
            return False
        if self.current_step_uuid is None and self._fixture is None:
            self._fixture = new_id()
            group = self.group_context.current_group().uuid
            if self.logger.get_test(self.current_scenario_uuid).steps:
                self.logger.start_after_fixture(group, self._fixture, TestAfterResult(name="Tear-down", start=_now()))
            else:
                self.logger.start_before_fixture(group, self._fixture, TestBeforeResult(name="Set-up", start=_now()))
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
        except ValueError:
            self.logger.attach_data(new_id(), text, name="text", attachment_type=AttachmentType.TEXT)
        else:
            self.logger.attach_data(new_id(), pretty, name="text", attachment_type=AttachmentType.JSON)

    def _attach_output(self, scenario: Any) -> None:
        parts = [part for capture in scenario.captured.captures for part in (capture.stdout, capture.log)]
        # Failed hooks and clean-ups are told in the scenario's message already.
        output = "\n".join(part for part in parts if part and not part.startswith(("HOOK-ERROR", "CLEANUP-ERROR")))
        if output:
            uuid = self.current_scenario_uuid
            self.logger.attach_data(new_id(), output, "output", AttachmentType.TEXT, parent_uuid=uuid)

    def _is_deselected(self, scenario: Any) -> bool:
        """Whether tags, name or location left the scenario out; one that was skipped for a reason was not left out."""
        started = any(step.status.name not in {"untested", "skipped"} for step in scenario.all_steps)
        excluded = status_of(scenario) == Status.SKIPPED and not scenario.skip_reason and not started
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

    def _report_trouble(self, title: str, sentence: str, labels: Sequence[Label]) -> None:
        """Report as broken what went wrong outside every scenario, so that no green report hides it."""
        moment = _now()
        result = TestResult(uuid=new_id(), name=title, fullName=title, start=moment, stop=moment)
        result.testCaseId = result.historyId = identity_of(title)
        result.status = Status.BROKEN
        result.statusDetails = StatusDetails(message=sentence)
        result.labels = [*labels, *run_labels()]
        self.logger.schedule_test(result.uuid, result)
        self.logger.close_test(result.uuid)


def _why_not_run(scenario: Any) -> tuple[str, StatusDetails]:
    """Status and reason of a scenario that its feature or rule never came to."""
    owners = [owner for owner in (rule_of(scenario), scenario.feature) if owner]
    for owner in owners:
        for _, sentence in hook_failures(owner, f"the {owner.type} “{owner.name}”"):
            return Status.BROKEN, StatusDetails(message=f"Not run. {sentence}")
    return Status.SKIPPED, StatusDetails(message="Not run: the run was stopped before it.")


def _teardown_failures(owner: Any) -> Iterator[str]:
    """What failed after the scenarios of a feature or rule had been run."""
    subject = f"the {owner.type} “{owner.name}”"
    yield from (sentence for phase, sentence in hook_failures(owner, subject) if phase == "after")
    if owner.status.name == "cleanup_error":
        yield f"Cleaning up after {subject} failed; the console says how."


@contextmanager
def _overheard(context: Any, hear: Callable[[BaseException], None]) -> Iterator[None]:
    """Hear of clean-up errors as they happen: behave prints them, but keeps them nowhere."""
    told = getattr(context, "on_cleanup_error", context.print_cleanup_error)

    def overhear(context: Any, cleanup: Callable[[], None], error: BaseException) -> None:
        hear(error)
        told(context, cleanup, error)

    context._root["on_cleanup_error"] = overhear
    try:
        yield
    finally:
        context._root["on_cleanup_error"] = told


def _now() -> int:
    return round(time.time() * 1000)
