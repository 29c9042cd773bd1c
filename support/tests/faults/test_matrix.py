"""The fault matrix of the documentation is current, and the embedded platform has the declared faults."""

from pathlib import Path
from unittest.mock import MagicMock

from support.faults.components import EMBEDDED_FAULTS, Component, FailureMode
from support.faults.embedded import EmbeddedFaultInjector
from support.faults.matrix import behaviours_by_fault, fault_of_step, render_matrix
from support.gherkin import steps

DOCUMENT = Path(__file__).parents[2] / "docs" / "RECOVERY.md"
START, END = "<!-- matrix: start -->\n", "<!-- matrix: end -->\n"


def current_matrix() -> str:
    scenarios = [
        (tag.removeprefix("id."), [step.name for step in scenario.all_steps])
        for feature in steps.read_features()
        for scenario in feature.walk_scenarios()
        for tag in scenario.effective_tags
        if tag.startswith("id.")
    ]
    return render_matrix(behaviours_by_fault(scenarios))


def test_the_committed_matrix_is_current() -> None:
    committed = DOCUMENT.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    assert committed == current_matrix(), "replace the matrix in RECOVERY.md with this one"


def test_a_step_that_injects_a_fault_is_recognised() -> None:
    assert fault_of_step("Redis is suddenly frozen") == (Component.REDIS, FailureMode.FROZEN)
    assert fault_of_step("the database is unavailable for 5 seconds") == (Component.DATABASE, FailureMode.GONE)
    assert fault_of_step("the database is restored") is None


def test_the_embedded_platform_has_exactly_the_declared_faults() -> None:
    injector = EmbeddedFaultInjector(MagicMock(), MagicMock())
    found = {(one, mode) for one in Component for mode in FailureMode if injector.find(one, mode)}
    assert found == {(one, mode) for one, modes in EMBEDDED_FAULTS.items() for mode in modes}
