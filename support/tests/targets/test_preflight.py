"""What is wrong with a live target, told before the first scenario."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import responses

from support.errors import EnvironmentFailed, UsageError
from support.gherkin.personas import personas_in
from support.stack.postgres import PostgresServer
from support.targets.capabilities import Capability
from support.targets.preflight import Preflight, Problem
from support.targets.settings import Target

URL = "http://staging.example.org"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """A platform where Dana signs in as she should, and Vera with a wrong password."""
    for name in ("DANA", "VERA"):
        monkeypatch.setenv(name, name.lower())
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/api/health", json={"status": "healthy"})
        dana, vera = (
            responses.matchers.json_params_matcher({"username": name, "password": name}) for name in ("dana", "vera")
        )
        mock.post(f"{URL}/api/auth/login", json={"access_token": "good"}, match=[dana])
        mock.post(f"{URL}/api/auth/login", status=401, json={"error": "who are you?"}, match=[vera])
        mock.get(f"{URL}/api/auth/me", json={"role": "editor"})
        mock.post(f"{URL}/api/auth/logout", status=204)
        yield mock


def preflight(*granted: str, **sections: object) -> Preflight:
    people = {name: {"username_env": name.upper(), "password_env": name.upper()} for name in ("Dana", "Vera")}
    about = {"name": "staging", "api": {"url": URL}, "personas": people, "capabilities": granted, **sections}
    return Preflight(Target.model_validate(about))


def refusal(flight: Preflight, *personas: str) -> str:
    with pytest.raises(EnvironmentFailed) as stop:
        flight.require_for(personas)
    return str(stop.value)


@pytest.mark.usefixtures("platform")
class TestBeforeTheFirstScenario:
    def test_a_target_that_is_as_its_file_says_is_let_pass(self, tmp_path: Path) -> None:
        preflight("storage", "writes", storage={"root": str(tmp_path)}).require_for(["Dana", "Ravi", "Mallory"])

    def test_who_does_not_act_need_not_be_able_to(self, platform: responses.RequestsMock) -> None:
        preflight().require_for([])
        assert [call.request.method for call in platform.calls] == ["GET"]

    def test_all_that_is_wrong_is_told_at_once_and_each_for_itself(self, tmp_path: Path) -> None:
        flight = preflight(
            "database",
            "redis",
            "storage",
            database={"url": f"postgresql:///x?host={tmp_path}"},
            redis={"url": f"unix://{tmp_path}/redis.sock"},
            storage={"root": str(tmp_path / "media")},
        )
        told = refusal(flight, "Dana", "Vera")
        assert told.startswith(
            "The target 'staging' cannot be tested: Vera: signing in with what VERA and VERA hold was "
        )
        assert [told.count(f"; {store}: ") for store in ("database", "redis", "storage")] == [1, 1, 1]
        assert "Dana" not in told

    def test_what_is_not_granted_is_not_looked_at(self) -> None:
        preflight(redis={"url": "unix:///nowhere"}).require_for(["Dana"])

    def test_an_address_where_nobody_is_is_all_that_is_told(self, platform: responses.RequestsMock) -> None:
        platform.replace("GET", f"{URL}/api/health", body=requests.ConnectionError())
        told = refusal(preflight(), "Vera")
        assert told.startswith(f"The target 'staging' cannot be tested: {URL}/api/health: no response: the conn")
        assert "Vera" not in told

    def test_variables_that_are_not_set_are_told_before_anything_is_asked(
        self, platform: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("VERA")
        with pytest.raises(UsageError, match="the environment variable VERA is not set"):
            preflight().require_for(["Dana"])
        assert not platform.calls


def test_a_database_that_is_not_the_platforms_is_told(postgres: PostgresServer) -> None:
    flight = preflight("database", database={"url": postgres.url})
    with pytest.raises(Problem, match="answers, but has no table vods: is it the platform's database"):
        flight.look(Capability.DATABASE)
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE vods ()")
    assert flight.look(Capability.DATABASE).endswith(
        "with the platform's tables; the account could write: one that only reads would be safer"
    )


def test_personas_are_found_in_what_features_say() -> None:
    assert personas_in(["Dana's VOD is shown to Vera", "Danabe and vera"]) == {"Dana", "Vera"}
