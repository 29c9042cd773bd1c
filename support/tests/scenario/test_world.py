"""Who and what one scenario knows: personas, names of its own, and what the target lacks."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.capabilities.api.client import Content
from support.capabilities.queue.stores import QueueStores
from support.drivers.http import NoResponse, Response, WriteRejected
from support.errors import FeatureError
from support.gherkin.parameter_types import Request
from support.gherkin.personas import PERSONAS, Account, Role
from support.scenario.cleanup import CleanupFailed
from support.scenario.run import Run
from support.scenario.state import StateOfStores
from support.scenario.world import World
from support.targets.capabilities import Capability, MissingCapability
from support.targets.settings import Api, PersonaAccount, Target


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run against a live target that nobody asks anything; only Dana has an account there."""
    monkeypatch.setenv("DANA_USERNAME", "dana")
    monkeypatch.setenv("DANA_PASSWORD", "correct horse")
    dana = PersonaAccount(username_env="DANA_USERNAME", password_env="DANA_PASSWORD")
    target = Target(name="staging", api=Api(url="http://127.0.0.1:9"), personas={"Dana": dana})
    return Run(target, tmp_path)


@pytest.fixture
def world(run: Run) -> Iterator[World]:
    world = World(run)
    yield world
    world.close()


class TestPersonas:
    def test_each_has_a_fixed_role(self) -> None:
        assert {name: persona.role for name, persona in PERSONAS.items()} == {
            "Dana": Role.EDITOR,
            "Erin": Role.EDITOR,
            "Mona": Role.MANAGER,
            "Omar": Role.ADMINISTRATOR,
            "Ravi": Role.RESEARCHER,
            "Nora": Role.RESEARCHER,
            "Vera": Role.VIEWER,
            "Mallory": None,
        }

    def test_each_says_what_she_or_he_does(self) -> None:
        assert all(persona.meaning for persona in PERSONAS.values())

    def test_an_account_does_not_show_its_password(self) -> None:
        assert "horse" not in f"{Account('dana', 'correct horse')}"

    def test_an_account_is_found_for_who_has_one(self, run: Run) -> None:
        assert run.account(PERSONAS["Dana"]) == Account("dana", "correct horse")

    def test_a_missing_account_is_told_with_who_has_one(self, run: Run) -> None:
        with pytest.raises(MissingCapability) as failure:
            run.account(PERSONAS["Omar"])
        assert str(failure.value) == "Omar has no account at the target 'staging'; accounts: Dana"

    def test_an_intruder_has_no_account_anywhere(self, run: Run) -> None:
        with pytest.raises(FeatureError, match=r"^Mallory is an intruder: .*: choose another persona$"):
            run.account(PERSONAS["Mallory"])

    def test_passwords_of_the_target_are_masked_in_evidence(self, run: Run) -> None:
        assert run.masker.text("it is correct horse") == "it is ***"


class TestWhoIsMeant:
    @pytest.mark.parametrize("name", PERSONAS)
    def test_a_name_means_the_persona(self, world: World, name: str) -> None:
        assert world.person(name) is PERSONAS[name]

    @pytest.mark.parametrize("word", ["she", "he", "they", "her", "him", "them", "his", "their"])
    def test_a_pronoun_means_who_acted_last(self, world: World, word: str) -> None:
        world.person("Ravi")
        world.person("Dana")
        assert world.person(word) is PERSONAS["Dana"]
        assert world.person(word) is PERSONAS["Dana"]

    def test_a_pronoun_before_the_first_persona_is_rejected(self, world: World) -> None:
        with pytest.raises(FeatureError) as failure:
            world.person("she")
        assert str(failure.value) == (
            '"she" has no one to refer to: name a persona first (Dana, Erin, Mona, Omar, Ravi, Nora, Vera, Mallory)'
        )

    def test_pronouns_do_not_refer_to_personas_of_another_scenario(self, run: Run, world: World) -> None:
        world.person("Dana")
        with pytest.raises(FeatureError, match="no one to refer to"):
            World(run).person("she")


class TestNames:
    def test_an_alias_begins_with_the_name_and_is_the_same_all_along(self, world: World) -> None:
        assert (
            world.unique_name("City Council") == f"City Council · {world.suffix}" == world.unique_name("City Council")
        )

    def test_two_scenarios_have_different_aliases(self, run: Run, world: World) -> None:
        assert World(run).unique_name("City Council") != world.unique_name("City Council")

    @pytest.mark.parametrize(
        "name, stem",
        [
            ("City Council", "city-council"),
            ("Q&A: part 2/3", "q-a-part-2-3"),
            ("../../etc/passwd", "etc-passwd"),
            ("  Budget!  ", "budget"),
            ("$(reboot); `id`", "reboot-id"),
        ],
    )
    def test_a_file_name_holds_plain_letters_digits_and_dashes(self, world: World, name: str, stem: str) -> None:
        assert world.media.recording(name).path == f"{stem}-{world.suffix}.wav"


def test_a_remembered_value_is_recalled_by_name_and_type(world: World) -> None:
    world.remember("title", "City Council")
    assert world.recall("title", str) == "City Council"
    with pytest.raises(FeatureError, match='"title" is not a resource'):
        world.recall("title", int)


def test_a_missing_value_names_a_step_text_that_stores_it(world: World) -> None:
    with pytest.raises(FeatureError, match="that stores the session, for example: Given Dana is signed in"):
        world.recall("session", str)


def test_steps_and_features_share_one_memory(world: World) -> None:
    world.remember("session", "first")
    world.remember("session", "second")
    assert world.recall("session", str) == world.values.text("{session}") == "second"


class TestWhatTheTargetLacks:
    @pytest.mark.parametrize(
        "name, capability",
        [("cablecast", "partners"), ("prices", "partners"), ("faults", "faults"), ("queue", "database")],
    )
    def test_what_is_not_granted_is_told(self, world: World, name: str, capability: str) -> None:
        with pytest.raises(MissingCapability, match=f"the target 'staging' does not provide '{capability}'"):
            getattr(world, name)

    def test_a_recording_is_stored_only_where_there_is_a_storage(self, world: World) -> None:
        assert world.media.recording("City Council").path == f"city-council-{world.suffix}.wav"
        with pytest.raises(MissingCapability, match="does not provide 'storage'"):
            world.media.store("City Council")

    def test_a_scenario_that_breaks_something_must_ask_for_it_with_its_tag(self, run: Run) -> None:
        granting = run.target.model_copy(update={"capabilities": frozenset({Capability.FAULTS})})
        run.target = granting
        with pytest.raises(FeatureError, match=r"this step needs 'faults': tag its scenario @needs\.faults") as told:
            _ = World(run).faults
        assert not isinstance(told.value, MissingCapability)
        assert World(run, requires={Capability.FAULTS}).faults


class TestWhatIsTaggedReadOnly:
    @pytest.mark.parametrize("read_only, failure", [(True, WriteRejected), (False, NoResponse)])
    def test_it_sends_nothing_that_writes_also_where_the_target_would_let_it(
        self, run: Run, read_only: bool, failure: type[AssertionError]
    ) -> None:
        run = Run(run.target.model_copy(update={"capabilities": frozenset({Capability.WRITES})}), Path())
        world = World(run, read_only=read_only)
        with pytest.raises(failure):
            world.api.send(Request("DELETE", "/api/vod/7"), Content(), by=None)
        world.close()


class TestIdentity:
    def test_an_answer_that_was_remembered_is_known_by_the_id_in_it(self, world: World) -> None:
        world.remember("vod", Response("GET", "/", 201, {}, b'{"id": 7}'))
        assert world.identity("vod") == "7"

    @pytest.mark.parametrize("content", [{"total": 7}, [7]])
    def test_what_has_no_id_is_told(self, world: World, content: object) -> None:
        world.remember("vod", Response("GET", "/", 200, {}, json.dumps(content).encode()))
        with pytest.raises(FeatureError, match='"vod" has no id, so its records cannot be found'):
            world.identity("vod")

    def test_so_is_what_is_asked_of_the_access_and_is_not_known(self, world: World) -> None:
        dana = PERSONAS["Dana"]
        with pytest.raises(FeatureError, match="no request for 418 is known; known: 200, 401, 403"):
            world.access.answered(418, by=dana)
        with pytest.raises(
            FeatureError, match=r"Dana has 0 session\(s\) of this scenario's own, .*: Given Dana is signed in"
        ):
            world.access.session_of_before(dana, 0)

    def test_who_joins_later_is_told_how(self, world: World) -> None:
        with pytest.raises(FeatureError, match="Nora has no account before she joins: Given Nora has a new account"):
            world.people.account(PERSONAS["Nora"])

    def test_who_joins_joins_once(self, world: World) -> None:
        nora = PERSONAS["Nora"]
        world.people._joined[nora.name] = Account("nora", "correct horse")
        with pytest.raises(FeatureError, match="Nora already has an account in this scenario"):
            world.people.join(nora, world.suffix, world.http, world.access, world.cleanup)


class Stores(StateOfStores):
    """Tells when the state was noted."""

    def __init__(self, told: list[str]) -> None:
        self.told = told

    def note(self) -> None:
        self.told.append("noted")


class Queue(QueueStores):
    """Tells when it was waited for."""

    def __init__(self, told: list[str]) -> None:
        self.told = told

    def settle(self) -> None:
        self.told.append("settled")


class TestNotingTheState:
    @pytest.mark.parametrize("compares, wanted", [(True, ["settled", "noted"]), (False, [])])
    def test_the_state_is_noted_at_the_first_when_of_a_scenario_that_compares(
        self, run: Run, compares: bool, wanted: list[str]
    ) -> None:
        told: list[str] = []
        world = World(run, compares_states=compares)
        world.stores, world.queue = Stores(told), Queue(told)
        world.before_when()
        world.before_when()
        assert told == wanted


def test_closing_takes_away_what_was_created_and_tells_what_could_not_be(run: Run) -> None:
    def gone() -> None:
        raise ValueError("gone already")

    world = World(run)
    world.cleanup.add("delete VOD 42", gone)
    with pytest.raises(CleanupFailed, match="could not delete VOD 42: gone already"):
        world.close()
    world.close()
