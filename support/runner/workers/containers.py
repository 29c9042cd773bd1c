"""Runs the hooks and cleanups of the run, of features and of rules in a worker, and reports their errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from behave.model import Feature, Rule, Scenario
from behave.model_type import Status
from behave.runner import Context, ModelRunner

from support.allure.formatter import AllureFormatter
from support.allure.status import explained
from support.runner.workers.messages import Problem

Container: TypeAlias = Feature | Rule
Hook = Callable[..., None]


class WorkerContext(Context):  # type: ignore[misc]
    """behave's context, which also stores why the run was aborted and which cleanups failed."""

    def __init__(self, runner: ModelRunner) -> None:
        super().__init__(runner)
        self._root["abort_reason"] = ""
        self._root["on_cleanup_error"] = self._on_cleanup_error
        self._root["cleanup_failures"] = []

    def abort(self, reason: str | None = None) -> None:
        """Abort the run."""
        if not self.aborted:
            self._root["abort_reason"] = str(reason or "")
        super().abort(reason)

    def failed_cleanups(self) -> list[BaseException]:
        """Return the errors of cleanups since the last call."""
        failures: list[BaseException] = self._root["cleanup_failures"]
        self._root["cleanup_failures"] = []
        return failures

    @staticmethod
    def _on_cleanup_error(context: Context, cleanup: Hook, error: BaseException) -> None:
        context._root["cleanup_failures"].append(error)
        context.print_cleanup_error(context, cleanup, error)


class Containers:
    """The features and rules that are open in a worker, outermost first."""

    def __init__(
        self,
        runner: ModelRunner,
        evidence: AllureFormatter,
        mask: Callable[[str], str],
        report: Callable[[Problem], None],
        prepare: Callable[[Scenario], None],
    ) -> None:
        self._runner = runner
        self._evidence = evidence
        self._mask = mask
        self._report = report
        self._prepare = prepare
        self._open: list[Container] = []
        self._errors: list[tuple[str, BaseException]] = []
        self._reasons: dict[int, str] = {}
        self.run_failure = ""
        runner.hooks = {name: self._recorded(name, hook) for name, hook in runner.hooks.items()}

    def _recorded(self, name: str, hook: Hook) -> Hook:
        """Return a hook whose error is stored: behave prints that of before_all and after_all only."""

        def recorded(*values: Any) -> None:
            try:
                hook(*values)
            except Exception as error:
                self._errors.append((name, error))
                raise

        return recorded

    # The run

    def start_run(self) -> None:
        """Run before_all; if it fails, every scenario fails with its reason."""
        self._errors.clear()
        if not self._runner.run_hook("before_all"):
            self.run_failure = f"The setup of the run failed (before_all): {self._reason()}"
            self._fail(self.run_failure, "the run")
            self._runner.aborted = False

    def end_run(self) -> None:
        """Run after_all and the cleanups of the run."""
        self.enter(())
        self._errors.clear()
        if not self._runner.run_hook("after_all"):
            self._fail(f"The teardown of the run failed (after_all): {self._reason()}", "the run")
        self._clean_up("the run", self._runner.context._do_remaining_cleanups)

    # Features and rules

    def failure(self) -> tuple[str, BaseException | None]:
        """Return why the scenarios of the open feature or rule cannot run; an empty text if they can."""
        if self.run_failure:
            return self.run_failure, RuntimeError(self.run_failure)
        broken = next((one for one in self._open if one.hook_failed), None)
        return (self._reasons[id(broken)], broken.exception) if broken is not None else ("", None)

    def enter(self, containers: Sequence[Container]) -> None:
        """Leave the features and rules that do not contain the next scenario, enter those that do."""
        while self._open and not _starts_with(containers, self._open):
            self._leave(self._open.pop())
        for container in containers[len(self._open) :]:
            self._open.append(container)
            self._start(container)

    def _start(self, container: Container) -> None:
        context = self._runner.context
        if isinstance(container, Feature):
            for scenario in container.walk_scenarios():
                self._prepare(scenario)
            self._evidence.uri(container.filename)
            self._evidence.feature(container)
            self._evidence.expect_part()
        container.hook_failed = False
        container.error_message = None
        context._push(layer=container.type)
        context.tags = set(container.tags)
        container._setup_context_for_run(context)
        self._errors.clear()
        self._runner.run_hook_tags("before_tag", container.tags)
        self._runner.run_hook(f"before_{container.type}", container)
        if container.hook_failed:
            hook = self._errors[0][0]
            self._reasons[id(container)] = f"The setup of {_named(container)} failed ({hook}): {self._reason()}"

    def _leave(self, container: Container) -> None:
        self._errors.clear()
        self._runner.run_hook(f"after_{container.type}", container)
        self._runner.run_hook_tags("after_tag", container.tags)
        if self._errors:
            hook = self._errors[0][0]
            message = f"The teardown of {_named(container)} failed ({hook}): {self._reason()}"
            self._fail(message, _named(container), container, Status.hook_error)
        self._clean_up(_named(container), self._runner.context._pop, container)
        if isinstance(container, Feature):
            self._evidence.eof()

    def _clean_up(self, subject: str, clean_up: Callable[[], object], container: Container | None = None) -> None:
        self._runner.context.failed_cleanups()
        try:
            clean_up()
        except Exception as error:  # noqa: BLE001 - whatever a cleanup raises is reported, and fails the run
            failures = self._runner.context.failed_cleanups() or [error]
            reasons = "; ".join(map(explained, failures))
            self._fail(f"Cleaning up after {subject} failed: {reasons}", subject, container, Status.cleanup_error)

    def _reason(self) -> str:
        return "; ".join(explained(error) for _, error in self._errors)

    def _fail(
        self, message: str, subject: str, container: Container | None = None, status: Status = Status.hook_error
    ) -> None:
        """Report an error outside scenarios to the runner and to Allure."""
        feature, rule = self._position(container)
        self._report(Problem(self._mask(message), feature, rule, status.name))
        if status == Status.cleanup_error or (container is None and not self.run_failure):
            # The formatter itself reports failed hooks of features and rules, and scenarios a failed set-up of the run.
            self._evidence.report_problem(f"Teardown of {subject}", self._mask(message), container)

    def _position(self, container: Container | None) -> tuple[int, int]:
        if container is None:
            return -1, -1
        feature = container if isinstance(container, Feature) else container.feature
        number = next(index for index, one in enumerate(self._runner.features) if one is feature)
        rule = next((index for index, one in enumerate(feature.iter_rules()) if one is container), -1)
        return number, rule


def _named(container: Container) -> str:
    return f'the {container.type} "{container.name}"'


def _starts_with(containers: Sequence[Container], opened: Sequence[Container]) -> bool:
    # By identity: behave considers features of the same name equal.
    return len(opened) <= len(containers) and all(a is b for a, b in zip(containers, opened, strict=False))


def containers_of(scenario: Scenario) -> list[Container]:
    """Return the feature and the rule that contain a scenario."""
    found: list[Container] = []
    element = scenario.parent
    while element is not None:
        if isinstance(element, Feature | Rule):
            found.insert(0, element)
        element = element.parent
    return found
