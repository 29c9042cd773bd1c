"""The Allure formatter: every scenario, with behave's own verdict, in words a product owner can read.

behave loads it as `support.evidence.formatter:AllureFormatter`. It mends what allure-behave leaves out
(scenarios under a Rule, failed hooks and clean-ups, skip reasons) and leans on inner parts of allure-behave and
behave, so both are pinned; the probe project in `support/tests/probes/formatter` holds all three together.
"""

import csv
import functools
import hashlib
import io
import json
import os
import re
import socket
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import allure_behave.formatter
import allure_commons
from allure_behave.listener import AllureListener
from allure_commons.model2 import (
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestAfterResult,
    TestBeforeResult,
    TestResult,
    TestStepResult,
)
from allure_commons.types import AttachmentType, LabelType, Severity
from behave.formatter.base import Formatter
from behave.model import Rule

from support.evidence.lines import Line
from support.evidence.masking import Masker
from support.evidence.recorder import TRANSCRIPT
from support.evidence.verdicts import hook_failures, scenario_details, status_of, step_details

# Names of files and of results in an Allure folder: masking inside them would break the links between them.
_REFERENCES = frozenset({"uuid", "source", "children", "historyId", "testCaseId", "type"})

_WAITING_AT_MOST = 500  # files and messages; a scenario's evidence is kept in memory until it is written

_SEVERITIES = frozenset(severity.value for severity in Severity)
_LABEL_TAG = re.compile(r"allure\.label\.(?P<name>\w+):(?P<value>.+)")
_LINK_TAG = re.compile(r"allure\.(?P<kind>link|issue|tms)(?:\.(?P<name>[^:]+))?:(?P<url>.+)")

_masker = Masker()


def use_masker(masker: Masker) -> None:
    """Mask everything that is written from now on with this masker; until then only what looks secret is masked."""
    global _masker
    _masker = masker


class AllureFormatter(allure_behave.formatter.AllureFormatter):  # type: ignore[misc]
    """Writes an Allure results folder; a dry run writes nothing."""

    def __init__(self, stream_opener: Any, config: Any) -> None:
        # Not the parent's: it would register a listener and a logger of its own.
        Formatter.__init__(self, stream_opener, config)
        self.listener = ScenarioListener(config)
        self.file_logger = None if config.dry_run else MaskedFileWriter(Path(self.stream_opener.name))
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

    def when_written(self, work: Callable[[], None]) -> None:
        """Do this once all that was reported so far is written; it may be done in another thread."""
        if self.file_logger:
            self.file_logger.when_written(work)

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


class MaskedFileWriter:
    """Writes results and attachments into a folder, through the masker.

    Making a file takes longer than what most steps do, so a thread does it while scenarios go on. What goes wrong there
    is raised by a later call, `close` at the latest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")
        self._writing = deque[Future[None]]()

    def when_written(self, work: Callable[[], None]) -> None:
        """Do this, in the thread, once everything before is written."""
        self._later(work)

    def close(self) -> None:
        """Write the rest and end the thread."""
        while self._writing:
            self._writing.popleft().result()
        self._thread.shutdown()

    @allure_commons.hookimpl
    def report_result(self, result: Any) -> None:
        """Write the result of a scenario."""
        self._write_item(result)

    @allure_commons.hookimpl
    def report_container(self, container: Any) -> None:
        """Write the set-up and tear-down of scenarios."""
        self._write_item(container)

    @allure_commons.hookimpl
    def report_globals(self, globals_item: Any) -> None:
        """Write what belongs to the run as a whole."""
        self._write_item(globals_item)

    @allure_commons.hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """Write an attachment, taken from a file."""
        self.report_attached_data(Path(source).read_bytes(), file_name)

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes | Callable[[], str], file_name: str) -> None:
        """Write an attachment."""
        self._later(self._write_masked, file_name, body)

    def _later(self, work: Callable[..., None], *arguments: object) -> None:
        self._writing.append(self._thread.submit(work, *arguments))
        while self._writing and (self._writing[0].done() or len(self._writing) > _WAITING_AT_MOST):
            self._writing.popleft().result()

    def _write_masked(self, file_name: str, body: str | bytes | Callable[[], str]) -> None:
        made = body() if callable(body) else body
        # Half of a surrogate pair, sent to see it refused, has no form in UTF-8.
        data = made.encode("utf-8", "backslashreplace") if isinstance(made, str) else bytes(made)
        with suppress(UnicodeDecodeError):  # a picture, say: no text to mask
            data = _masker.text(data.decode()).encode()
        self._write(file_name, data)

    def _write_item(self, item: Any) -> None:
        # Nothing of an item changes any more once it is reported.
        self._later(self._write_now, item)

    def _write_now(self, item: Any) -> None:
        file_name = item.file_pattern.format(prefix=_new_id())
        self._write(file_name, json.dumps(_written(item), ensure_ascii=False).encode("utf-8", "backslashreplace"))

    def _write(self, file_name: str, data: bytes) -> None:
        unfinished = self._folder / f"{file_name}.tmp"
        unfinished.write_bytes(data)
        unfinished.replace(self._folder / file_name)


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
        self._failed_before: set[int] = set()  # by id() of a scenario: an earlier attempt failed
        self._fixture: str | None = None  # uuid of the open set-up or tear-down
        self._cleanup_errors: list[BaseException] = []

    def start_feature(self, feature: Any) -> None:
        """A feature begins."""
        self.group_context.enter()
        self._feature = feature
        scenarios = feature.walk_scenarios()
        self._waiting = {id(scenario): scenario for scenario in scenarios}
        self._ordinals = _ordinals(scenarios)
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
                self._report_trouble(title, sentence, _place_labels(self._feature, _rule_of(owner)))
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
        self.current_scenario_uuid = _new_id()
        result = described(scenario, self._ordinals.get(id(scenario), 0))
        result.uuid = self.current_scenario_uuid
        result.start = _now()
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
            self._failed_before.add(id(scenario))
            self._attach_output(scenario)
        elif id(scenario) in self._failed_before:
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
        self.current_step_uuid = _new_id()
        result = TestStepResult(name=f"{step.keyword} {step.name}", start=_now())
        self.logger.start_step(None, self.current_step_uuid, result)
        if step.text:
            self._attach_text(step.text)
        if step.table:
            self.logger.attach_data(_new_id(), _csv(step.table), name="table", attachment_type=AttachmentType.CSV)

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
    def tell_line(self, line: Line) -> None:
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
            self.logger.attach_data(_new_id(), body, name, attachment_type, extension, parent_uuid=scenario)
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
            self._fixture = _new_id()
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
            self.logger.attach_data(_new_id(), text, name="text", attachment_type=AttachmentType.TEXT)
        else:
            self.logger.attach_data(_new_id(), pretty, name="text", attachment_type=AttachmentType.JSON)

    def _attach_output(self, scenario: Any) -> None:
        parts = [part for capture in scenario.captured.captures for part in (capture.stdout, capture.log)]
        # Failed hooks and clean-ups are told in the scenario's message already.
        output = "\n".join(part for part in parts if part and not part.startswith(("HOOK-ERROR", "CLEANUP-ERROR")))
        if output:
            uuid = self.current_scenario_uuid
            self.logger.attach_data(_new_id(), output, "output", AttachmentType.TEXT, parent_uuid=uuid)

    def _is_deselected(self, scenario: Any) -> bool:
        """Whether tags, name or location left the scenario out; one that was skipped for a reason was not left out."""
        started = any(step.status.name not in {"untested", "skipped"} for step in scenario.all_steps)
        excluded = status_of(scenario) == Status.SKIPPED and not scenario.skip_reason and not started
        return excluded and not self.behave_config.show_skipped

    def _close_scenario(self, status: str, details: StatusDetails | None) -> None:
        uuid, self.current_scenario_uuid = self.current_scenario_uuid, None
        result = self.logger.get_test(uuid)
        result.stop = _now()
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
        result = TestResult(uuid=_new_id(), name=title, fullName=title, start=moment, stop=moment)
        result.testCaseId = result.historyId = _digest(title)
        result.status = Status.BROKEN
        result.statusDetails = StatusDetails(message=sentence)
        result.labels = [*labels, *_run_labels()]
        self.logger.schedule_test(result.uuid, result)
        self.logger.close_test(result.uuid)


def described(scenario: Any, ordinal: int) -> TestResult:
    """What is known of a scenario before it runs. `ordinal` tells equal scenarios of one feature apart."""
    rule = _rule_of(scenario)
    path = _relative(scenario.filename)
    result = TestResult(name=_title(scenario), fullName=f"{path}:{scenario.line}")
    result.titlePath = [*path.split("/")[:-1], scenario.feature.name, *([rule.name] if rule else [])]
    result.description = "\n\n".join(
        "\n".join(element.description)
        for element in (scenario.feature, rule, scenario)
        if element and element.description
    )
    # Shown whatever their names: Gherkin is committed, and in a column "token" the point may be "expired".
    # The run's own secrets are masked when the result is written.
    result.parameters = [Parameter(name=name, value=value) for name, value in _row(scenario)]
    result.testCaseId = _digest(*_identity(scenario), *([str(ordinal)] if ordinal else []))
    result.historyId = _digest(result.testCaseId, *(f"{name}={value}" for name, value in _row(scenario)))
    result.links = [Link(*link) for tag in _tags(scenario) if (link := _link(tag))]
    result.labels = [*_tag_labels(_tags(scenario)), *_place_labels(scenario.feature, rule), *_run_labels()]
    return result


def _title(scenario: Any) -> str:
    """The scenario's name; rows of an outline whose name has no placeholder are told apart by their values."""
    if not scenario._row:
        return str(scenario.name or scenario.keyword)
    template = scenario.parent.name
    name = functools.reduce(lambda text, cell: text.replace(f"<{cell[0]}>", cell[1]), _row(scenario), template)
    return name if name != template else f"{name} ({', '.join(value for _, value in _row(scenario))})"


def _row(scenario: Any) -> list[tuple[str, str]]:
    return list(scenario._row.items()) if scenario._row else []


def _identity(scenario: Any) -> tuple[str, ...]:
    """What makes it the same scenario in the next run: its @id tag, or else file, rule and (template) name."""
    for tag in _tags(scenario):
        if tag.startswith("id."):
            return (tag,)
    rule = _rule_of(scenario)
    path = _relative(scenario.filename)
    return path, rule.name if rule else "", (scenario.parent if scenario._row else scenario).name


@functools.cache
def _relative(path: str) -> str:
    return Path(os.path.relpath(path)).as_posix()


def _ordinals(scenarios: Sequence[Any]) -> dict[int, int]:
    """Numbers scenarios of the same identity and values 0, 1, ...: Allure would take them for retries of one."""
    seen: Counter[tuple[object, ...]] = Counter()
    ordinals = {}
    for scenario in scenarios:
        key = (*_identity(scenario), *_row(scenario))
        ordinals[id(scenario)] = seen[key]
        seen[key] += 1
    return ordinals


def _rule_of(element: Any) -> Any:
    """The rule that the element is, or stands under; None outside rules."""
    while element and not isinstance(element, Rule):
        element = element.parent
    return element


def _tags(scenario: Any) -> list[str]:
    """All tags, outermost first, so that the innermost severity can win."""
    rule = _rule_of(scenario)
    return [*scenario.feature.tags, *(rule.tags if rule else []), *scenario.tags]


def _link(tag: str) -> tuple[str, str, str] | None:
    """Kind, address and name that a tag such as `@allure.issue.BUG-1:https://...` links to."""
    link = _LINK_TAG.fullmatch(tag)
    return (link["kind"], link["url"], link["name"] or link["url"]) if link else None


def _tag_labels(tags: Sequence[str]) -> list[Label]:
    """The labels that tags give: the innermost severity, `@allure.label.epic:Video_on_demand`, and plain tags."""
    severity = next((tag for tag in reversed(tags) if tag in _SEVERITIES), "normal")
    labels = [Label(LabelType.SEVERITY, severity)]
    for tag in dict.fromkeys(tags):
        label = _LABEL_TAG.fullmatch(tag)
        if label:
            labels.append(Label(label["name"], label["value"].replace("_", " ")))
        elif tag not in _SEVERITIES and not _LINK_TAG.fullmatch(tag):
            labels.append(Label(LabelType.TAG, tag))
    # Feature and story are not up to tags: each scenario has one, by name, and so stands once in the tree.
    return [label for label in labels if label.name not in {LabelType.FEATURE, LabelType.STORY}]


def _place_labels(feature: Any, rule: Any) -> list[Label]:
    """Where the report shows it: feature > rule, as behaviours and as suites."""
    labels = [Label(LabelType.FEATURE, feature.name), Label(LabelType.SUITE, feature.name)]
    if rule:
        labels += [Label(LabelType.STORY, rule.name), Label(LabelType.SUB_SUITE, rule.name)]
    return labels


def _run_labels() -> list[Label]:
    """Which worker ran it, for the timeline; the environment variable WORKER names it."""
    return [
        Label(LabelType.HOST, socket.gethostname()),
        Label(LabelType.THREAD, os.environ.get("WORKER", "main")),
        Label(LabelType.FRAMEWORK, "behave"),
        Label(LabelType.LANGUAGE, "python"),
    ]


def _why_not_run(scenario: Any) -> tuple[str, StatusDetails]:
    """Status and reason of a scenario that its feature or rule never came to."""
    owners = [owner for owner in (_rule_of(scenario), scenario.feature) if owner]
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


def _csv(table: Any) -> str:
    with io.StringIO() as text:
        csv.writer(text).writerows([table.headings, *(row.cells for row in table.rows)])
        return text.getvalue()


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


def _written(value: Any, name: str = "") -> Any:
    """An item of Allure's model as JSON takes it: no empty field, and every text masked but for what links files."""
    match value:
        case str():
            return value if name in _REFERENCES else _masker.text(value)
        case list():
            return [_written(item, name) for item in value]
        case int() | float() | None:
            return value
        case _:
            # `attrs.asdict` makes copies on the way; Allure's items hold what they were made with, by name.
            return {field: _written(kept, field) for field, kept in vars(value).items() if kept or kept is False}


def _digest(*parts: str) -> str:
    return hashlib.md5("\0".join(parts).encode(), usedforsecurity=False).hexdigest()


def _now() -> int:
    return round(time.time() * 1000)


def _new_id() -> str:
    return str(uuid.uuid4())
