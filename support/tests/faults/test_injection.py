"""Breaking and mending: whatever happens, what was broken is mended, and the platform proves itself healthy."""

import os
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from support.errors import FeatureError
from support.faults import commands
from support.faults.commands import CommandFailed, CommandFaultInjector
from support.faults.components import Component, FailureMode
from support.faults.injection import Fault, Faults
from support.polling import eventually
from support.scenario.cleanup import Cleanup, CleanupFailed
from support.targets.capabilities import MissingCapability
from support.targets.settings import FaultCommands


class Diary:
    """A breaker that only writes down what it is asked for."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def find(self, part: Component, kind: FailureMode) -> Fault | None:
        if kind is FailureMode.EMPTIED:
            return None
        return Fault(lambda: self.lines.append(f"break {part}"), lambda: self.lines.append(f"restore {part}"))


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def cleanup() -> Cleanup:
    return Cleanup()


@pytest.fixture
def faults(diary: Diary, cleanup: Cleanup) -> Faults:
    return Faults(
        diary, cleanup, prove_healthy=lambda: diary.lines.append("healthy"), mark=diary.lines.append, injected=set()
    )


def test_a_scenario_that_fails_leaves_a_mended_platform_that_proved_itself(
    faults: Faults, diary: Diary, cleanup: Cleanup
) -> None:
    faults.inject(Component.REDIS, FailureMode.GONE)
    faults.inject(Component.WORKER, FailureMode.FROZEN)
    cleanup.run()
    assert diary.lines == [
        "healthy",
        "Redis is unavailable",
        "break Redis",
        "the worker is frozen",
        "break the worker",
        "restore the worker",
        "restore Redis",
        "healthy",
    ]


def test_mending_is_registered_also_when_breaking_fails(diary: Diary, cleanup: Cleanup) -> None:
    def broken_breaker() -> None:
        raise RuntimeError("half broken")

    class Clumsy:
        def find(self, part: Component, kind: FailureMode) -> Fault:
            return Fault(broken_breaker, lambda: diary.lines.append("mended"))

    faults = Faults(Clumsy(), cleanup, prove_healthy=lambda: None, mark=lambda what: None, injected=set())
    with pytest.raises(RuntimeError, match="half broken"):
        faults.inject(Component.REDIS, FailureMode.GONE)
    cleanup.run()
    assert diary.lines == ["mended"]


def test_a_platform_that_stays_ill_fails_the_scenario(diary: Diary, cleanup: Cleanup) -> None:
    health = iter([None, AssertionError("it is degraded (cache unhealthy)")])

    def prove() -> None:
        if (trouble := next(health)) is not None:
            raise trouble

    Faults(diary, cleanup, prove_healthy=prove, mark=lambda what: None, injected=set()).inject(
        Component.REDIS, FailureMode.GONE
    )
    with pytest.raises(CleanupFailed, match="check that the platform is healthy after the fault: it is degraded"):
        cleanup.run()


def test_what_comes_back_was_broken(faults: Faults) -> None:
    faults.inject(Component.REDIS, FailureMode.GONE)
    with pytest.raises(FeatureError, match=r"the worker has no injected fault to restore \(faulty: Redis\)"):
        faults.restore(Component.WORKER)


def test_all_that_was_broken_of_a_part_comes_back(faults: Faults, diary: Diary) -> None:
    faults.inject(Component.REDIS, FailureMode.SLOW)
    faults.inject(Component.REDIS, FailureMode.FROZEN)
    faults.restore(Component.REDIS)
    assert diary.lines[-3:] == ["restore Redis", "restore Redis", "Redis is restored"]


def test_what_the_target_cannot_do_is_told(faults: Faults, diary: Diary) -> None:
    with pytest.raises(MissingCapability, match="cannot inject this fault: Redis flushed"):
        faults.inject(Component.REDIS, FailureMode.EMPTIED)
    assert diary.lines == []


class TestCommands:
    @pytest.fixture
    def granted(self, tmp_path: Path) -> Mapping[str, Mapping[str, FaultCommands]]:
        file = tmp_path / "broken"
        gone = FaultCommands.model_validate({"inject": f"touch {file}", "restore": f"rm -f {file}"})
        failing = FaultCommands.model_validate({"inject": "echo no such unit >&2; exit 4", "restore": "true"})
        return {"redis": {"unavailable": gone}, "worker": {"killed": failing}}

    def test_a_part_is_broken_and_mended_by_commands(
        self, granted: Mapping[str, Mapping[str, FaultCommands]], tmp_path: Path
    ) -> None:
        fault = CommandFaultInjector(granted).find(Component.REDIS, FailureMode.GONE)
        assert fault is not None
        fault.inject()
        assert (tmp_path / "broken").exists()
        fault.restore()
        assert not (tmp_path / "broken").exists()

    def test_what_has_no_command_cannot_be_broken(self, granted: Mapping[str, Mapping[str, FaultCommands]]) -> None:
        assert CommandFaultInjector(granted).find(Component.REDIS, FailureMode.FROZEN) is None
        assert CommandFaultInjector(granted).find(Component.DATABASE, FailureMode.GONE) is None

    def test_a_command_that_fails_is_told(self, granted: Mapping[str, Mapping[str, FaultCommands]]) -> None:
        fault = CommandFaultInjector(granted).find(Component.WORKER, FailureMode.KILLED)
        assert fault is not None
        with pytest.raises(CommandFailed, match="failed with exit code 4: no such unit"):
            fault.inject()

    def run(self, command: str) -> None:
        given = {"worker": {"unavailable": FaultCommands.model_validate({"inject": "true", "restore": command})}}
        fault = CommandFaultInjector(given).find(Component.WORKER, FailureMode.GONE)
        assert fault is not None
        fault.restore()

    def test_a_server_that_a_command_starts_lives_on_and_is_not_waited_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(commands, "TIMEOUT", 5.0)
        self.run(f"sleep 300 & echo $! > {tmp_path}/pid")
        server = psutil.Process(int((tmp_path / "pid").read_text()))
        assert server.is_running()
        server.kill()

    def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(commands, "TIMEOUT", 0.5)
        with pytest.raises(CommandFailed, match=r"did not end within 0\.5 s"):
            self.run(f"sleep 300 & echo $! > {tmp_path}/pid; wait")
        pid = int((tmp_path / "pid").read_text())
        eventually("the sleeper", lambda: _lives(pid), lambda lives: not lives, expected="gone", within=2.0)

    def test_a_command_that_asks_something_gets_no_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "TIMEOUT", 2.0)
        keyboard, typist = os.pipe()
        ours = os.dup(0)
        os.dup2(keyboard, 0)
        try:
            with pytest.raises(CommandFailed, match="failed with exit code 3: nobody answers"):
                self.run("read answer || { echo nobody answers >&2; exit 3; }")
        finally:
            os.dup2(ours, 0)
            for end in (ours, keyboard, typist):
                os.close(end)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
