"""`acceptance doctor`: findings for a target with one problem each."""

import argparse
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from pydantic import SecretStr

from support.cli import doctor as doctors
from support.cli.doctor import BAD, GOOD, MISSING, Doctor, Finding
from support.drivers.browser import NO_BROWSER
from support.errors import ExitCode, UsageError
from support.gherkin import steps
from support.gherkin.personas import PERMANENT, PERSONAS
from support.targets import preflight
from support.targets.capabilities import Capability
from support.targets.settings import Api, PersonaAccount, Storage, Store, Target
from support.tests.project import PROJECT

URL = "http://staging.example.org"
SIGNING_IN = "signing in with what DANA_NAME and DANA_PASSWORD hold was answered"
HEALTH = {"status": "healthy", "services": {}}


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)


@pytest.fixture(scope="module")
def scenarios() -> list[Any]:
    """Reading the features takes a second: once is enough."""
    return [one for feature in steps.read_features([PROJECT / "features"]) for one in feature.walk_scenarios()]


@pytest.fixture
def platform(scenarios: list[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """A healthy platform with an account for Dana; a test replaces the responses that it needs."""

    class Parsed:
        def walk_scenarios(self) -> list[Any]:
            return scenarios

    monkeypatch.setattr(steps, "read_features", lambda: [Parsed()])
    monkeypatch.setenv("DANA_NAME", "dana")
    monkeypatch.setenv("DANA_PASSWORD", "correct horse")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/api/health", json=HEALTH, headers={"Date": format_datetime(datetime.now(UTC), usegmt=True)})
        mock.get(f"{URL}/openapi.json", json={"info": {"title": "Archivist", "version": "3.2.1"}})
        mock.post(f"{URL}/api/auth/login", json={"access_token": "good"})
        mock.get(f"{URL}/api/auth/me", json={"role": "editor"})
        mock.post(f"{URL}/api/auth/logout", status=204)
        yield mock


def target(*capabilities: Capability, **sections: Any) -> Target:
    dana = PersonaAccount(username_env="DANA_NAME", password_env="DANA_PASSWORD")
    return Target(
        name="staging",
        api=Api(url=URL),
        capabilities=frozenset(capabilities),
        **{"personas": {"Dana": dana}, **sections},
    )


def found(what: str, *capabilities: Capability, **sections: Any) -> Finding:
    [finding] = [one for one in Doctor(target(*capabilities, **sections)).findings() if one.subject == what]
    return finding


@pytest.mark.usefixtures("platform")
class TestAGoodTarget:
    def test_each_check_is_shown_with_its_result(self) -> None:
        seen = {one.subject: (one.state, one.actual) for one in Doctor(target(Capability.WRITES)).findings()}
        assert seen["address"] == (GOOD, f"{URL} is healthy")
        assert seen["version"] == (GOOD, "Archivist 3.2.1")
        assert seen["clock"] == (GOOD, "agrees with this machine to 2 s")
        assert seen["Dana"] == (GOOD, "signs in and is editor")
        assert seen["writes"] == (GOOD, "provided")

    def test_a_missing_account_costs_the_scenarios_of_its_persona(self) -> None:
        finding = found("Ravi")
        assert (finding.state, finding.actual) == (MISSING, "has no account in the target file")
        assert int(finding.cost.split()[0]) > 50
        assert str(finding) == f"– Ravi          has no account in the target file\n{'':<16}costs: {finding.cost}"

    def test_a_temporary_persona_needs_no_account(self) -> None:
        assert PERSONAS["Nora"].temporary
        assert "Nora" not in [one.subject for one in Doctor(target()).findings()]

    def test_the_persona_signs_out_again(self, platform: responses.RequestsMock) -> None:
        list(Doctor(target()).findings())
        assert platform.calls[-1].request.url == f"{URL}/api/auth/logout"
        assert platform.calls[-1].request.headers["Authorization"] == "Bearer good"


class TestProblems:
    def test_an_address_without_a_server(self, platform: responses.RequestsMock) -> None:
        platform.replace("GET", f"{URL}/api/health", body=requests.ConnectionError())
        [finding] = Doctor(target()).findings()
        assert (finding.subject, finding.state) == ("address", BAD)
        assert "is the address right, and the platform up?" in finding.actual
        assert finding.cost.startswith("all ")

    def test_an_address_that_is_too_slow(self, platform: responses.RequestsMock) -> None:
        platform.replace("GET", f"{URL}/api/health", body=requests.ConnectTimeout())
        assert "no connection was made in time" in found("address").actual

    @pytest.mark.parametrize("answer", ['{"hello": "world"}', "true", "[]", '"healthy"', "null", "<html>"])
    def test_an_address_of_another_server(self, platform: responses.RequestsMock, answer: str) -> None:
        platform.replace("GET", f"{URL}/api/health", body=answer)
        assert found("address").actual == f"{URL}/api/health is not the health of the platform: {answer}"

    @pytest.mark.parametrize("minutes", [5, -5])
    def test_a_clock_that_differs(self, platform: responses.RequestsMock, minutes: int) -> None:
        output = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        platform.replace("GET", f"{URL}/api/health", json=HEALTH, headers={"Date": output})
        finding = found("clock")
        assert (finding.state, finding.cost) == (BAD, "scenarios that compare times")
        assert finding.actual.startswith(
            ("differs from this machine by 299 s", "differs from this machine by 29", "differs from this machine by 30")
        )

    def test_no_description_of_the_api(self, platform: responses.RequestsMock) -> None:
        platform.replace("GET", f"{URL}/openapi.json", status=404, body="nothing here")
        assert found("version").state == BAD

    @pytest.mark.parametrize("description", [{"info": "Archivist"}, {"info": {}}, {"info": None}, {}, [], True])
    def test_a_description_of_another_form(self, platform: responses.RequestsMock, description: object) -> None:
        platform.replace("GET", f"{URL}/openapi.json", json=description)
        finding = found("version")
        assert finding.state == BAD
        assert finding.actual.startswith("unexpected response: ")

    @pytest.mark.parametrize("path", ["login", "me"])
    def test_a_sign_in_that_is_answered_in_another_form(self, platform: responses.RequestsMock, path: str) -> None:
        platform.replace("POST" if path == "login" else "GET", f"{URL}/api/auth/{path}", json=["good"])
        assert found("Dana").actual.startswith("unexpected response: ")

    def test_a_variable_that_is_not_set(
        self, platform: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DANA_PASSWORD")
        assert found("Dana").actual == "the environment variable DANA_PASSWORD is not set"
        monkeypatch.delenv("DANA_NAME")
        assert found("Dana").actual == "the environment variables DANA_NAME and DANA_PASSWORD are not set"

    def test_an_incorrect_password(self, platform: responses.RequestsMock) -> None:
        platform.replace("POST", f"{URL}/api/auth/login", status=401, json={"error": {}})
        finding = found("Dana")
        assert (finding.state, finding.actual) == (BAD, f'{SIGNING_IN} 401: {{"error": {{}}}}')

    def test_a_rejection_is_shown_with_the_message_of_the_platform(self, platform: responses.RequestsMock) -> None:
        envelope = {"error": {"type": "LockedError", "message": "Too many tries."}}
        platform.replace("POST", f"{URL}/api/auth/login", status=423, json=envelope)
        assert found("Dana").actual == f"{SIGNING_IN} 423: Too many tries."

    def test_a_rejection_is_shown_without_the_password(self, platform: responses.RequestsMock) -> None:
        platform.replace("POST", f"{URL}/api/auth/login", status=422, json={"input": "correct horse"})
        assert found("Dana").actual.endswith('was answered 422: {"input": "***"}')

    def test_a_role_that_is_another(self, platform: responses.RequestsMock) -> None:
        platform.replace("GET", f"{URL}/api/auth/me", json={"role": "viewer"})
        assert found("Dana").actual == "role: expected editor, got viewer"


@pytest.mark.usefixtures("platform")
class TestCapabilities:
    @pytest.mark.parametrize("capability", list(Capability))
    def test_a_missing_capability_has_a_cost(self, capability: Capability, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctors, "find_browser", lambda: None)
        finding = found(capability)
        why = NO_BROWSER if capability is Capability.BROWSER else "not provided by the target file"
        assert (finding.state, finding.actual) == (MISSING, why)
        assert int(finding.cost.split()[0]) > 0

    def test_a_database_that_does_not_answer(self, tmp_path: Path) -> None:
        nowhere = Store(url=SecretStr(f"postgresql+psycopg:///x?host={tmp_path}"))
        finding = found("database", Capability.DATABASE, database=nowhere)
        assert finding.state == BAD
        assert "connection" in finding.actual

    def test_redis_that_does_not_answer(self, tmp_path: Path) -> None:
        finding = found("redis", Capability.REDIS, redis=Store(url=SecretStr(f"unix://{tmp_path}/redis.sock")))
        assert finding.state == BAD

    @pytest.mark.parametrize("capability", [Capability.DATABASE, Capability.REDIS, Capability.STORAGE])
    def test_a_capability_without_its_section_is_a_problem(self, capability: Capability) -> None:
        finding = found(capability, capability)
        assert finding.state == BAD
        assert f"[{capability}]" in finding.actual

    def test_a_storage_that_is_mounted(self, tmp_path: Path) -> None:
        assert found("storage", Capability.STORAGE, storage=Storage(root=tmp_path)).actual == str(tmp_path)

    @pytest.mark.parametrize(("granted", "state"), [((), GOOD), ((Capability.WRITES,), BAD)])
    def test_a_read_only_storage_is_enough_without_writes(
        self, tmp_path: Path, granted: Sequence[Capability], state: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.access", lambda path, mode: False)
        assert found("storage", Capability.STORAGE, *granted, storage=Storage(root=tmp_path)).state == state

    def test_a_missing_storage(self, tmp_path: Path) -> None:
        finding = found("storage", Capability.STORAGE, storage=Storage(root=tmp_path / "media"))
        assert (
            "is not a folder here: mount the media storage, or remove `storage` from the capabilities" in finding.actual
        )


ALL_PERSONAS = {name: PersonaAccount(username_env="DANA_NAME", password_env="DANA_PASSWORD") for name in PERMANENT}


@pytest.mark.usefixtures("platform")
class TestTheVerdict:
    def runs(self, *capabilities: Capability, **sections: Any) -> int:
        verdict = Doctor(target(*capabilities, **{"personas": ALL_PERSONAS, **sections})).verdict()
        number = re.fullmatch(r"about (\d+) of \d+ scenarios run at staging", verdict)
        assert number is not None
        return int(number[1])

    def test_without_writes_only_reading_scenarios_run(self, scenarios: list[Any]) -> None:
        reading = [one for one in scenarios if "readonly" in one.effective_tags]
        assert 10 <= self.runs() <= len(reading)

    def test_each_capability_lets_more_of_them_run(self) -> None:
        granted = [Capability.WRITES, Capability.STORAGE, Capability.PARTNERS, Capability.FAULTS]
        counts = [self.runs(*granted[:number]) for number in range(len(granted) + 1)]
        assert counts == sorted(set(counts))

    def test_a_browser_belongs_to_the_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        counts = []
        for browser in (None, "/usr/bin/chromium"):
            for looking in (doctors, preflight):
                monkeypatch.setattr(looking, "find_browser", lambda browser=browser: browser)
            counts.append(self.runs(Capability.WRITES))
        assert counts[0] < counts[1]
        finding = found("browser")
        assert (finding.state, finding.actual) == (GOOD, "this machine's /usr/bin/chromium")

    def test_stores_cost_no_scenario(self) -> None:
        assert self.runs(Capability.WRITES) == self.runs(Capability.WRITES, Capability.DATABASE, Capability.REDIS)

    def test_a_missing_account_costs_the_scenarios_of_its_persona(self, scenarios: list[Any]) -> None:
        theirs = [one for one in scenarios if any("Ravi" in step.name for step in one.all_steps)]
        without = {name: account for name, account in ALL_PERSONAS.items() if name != "Ravi"}
        everything = tuple(Capability)
        assert self.runs(*everything, personas=without) == self.runs(*everything) - len(theirs)


class TestTheCommand:
    def examined(self, monkeypatch: pytest.MonkeyPatch, named: str = "staging") -> int:
        monkeypatch.setattr(doctors, "load_target", lambda name: target(Capability.WRITES))
        return doctors.work(argparse.Namespace(target=f"target={named}"))

    @pytest.mark.usefixtures("platform")
    def test_a_target_without_problems_can_be_tested(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.examined(monkeypatch, "targets/staging.toml") == ExitCode.PASSED
        assert capsys.readouterr().out.splitlines()[-1].startswith("behave -D target=targets/staging.toml: about ")

    def test_an_unreachable_target_is_not_recommended(
        self, platform: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        platform.replace("GET", f"{URL}/api/health", body=requests.ConnectionError())
        assert self.examined(monkeypatch) == ExitCode.ENVIRONMENT
        output = capsys.readouterr().out
        assert "behave -D" not in output
        assert output.endswith("No scenario can run at staging until the platform responds there.\n")

    def test_a_problem_that_prevents_a_run_is_named(
        self, platform: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        platform.replace("GET", f"{URL}/api/auth/me", json={"role": "viewer"})
        assert self.examined(monkeypatch) == ExitCode.ENVIRONMENT
        output = capsys.readouterr().out.splitlines()[-1]
        assert output.startswith(
            "behave -D target=staging does not start until the problems marked ✗ are fixed; then about "
        )

    def test_a_clock_that_differs_does_not_prevent_a_run(
        self, platform: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        output = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        platform.replace("GET", f"{URL}/api/health", json=HEALTH, headers={"Date": output})
        assert self.examined(monkeypatch) == ExitCode.ENVIRONMENT
        assert capsys.readouterr().out.splitlines()[-1].startswith("behave -D target=staging: about ")

    def test_the_embedded_platform_needs_no_doctor(self) -> None:
        with pytest.raises(UsageError, match="needs no doctor"):
            doctors.work(argparse.Namespace(target="target=embedded"))
