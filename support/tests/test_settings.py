"""Target files: the two examples load, and every mistake in one becomes a sentence."""

from pathlib import Path

import pytest

from support.deployment import LiveDeployment
from support.exits import ExitCode, UsageError
from support.personas import PERSONAS
from support.settings import (
    Api,
    Capability,
    Store,
    Target,
    accounts_of,
    from_environment,
    load_target,
    require_section,
    store_url,
)

API = '[api]\nurl = "https://staging.example.org"\n'
STAGING_STORES = {
    "STAGING_DATABASE_URL": "postgresql+psycopg://reader:secret@db.example.org/platform",
    "STAGING_REDIS_URL": "rediss://:secret@redis.example.org/0",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def refusal(file: Path, content: str) -> str:
    """Return the sentence with which a target file is refused."""
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as stop:
        load_target(str(file))
    assert "\n" not in str(stop.value)
    return str(stop.value)


def set_accounts(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    for name, source in target.personas.items():
        monkeypatch.setenv(source.username_env, name.lower())
        monkeypatch.setenv(source.password_env, f"password of {name}")


class TestTheTargetsWeShip:
    def test_the_embedded_target_grants_everything(self) -> None:
        target = load_target("embedded")
        assert target.embedded
        assert target.capabilities == frozenset(Capability) - {Capability.BROWSER}  # the machine's to have

    def test_the_staging_example_loads_once_its_variables_are_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = load_target("staging.example")
        set_accounts(monkeypatch, target)
        for variable, value in STAGING_STORES.items():
            monkeypatch.setenv(variable, value)
        deployment = LiveDeployment(target)
        assert deployment.api_url == "https://staging.example.org"
        assert deployment.database_url == STAGING_STORES["STAGING_DATABASE_URL"]
        assert deployment.redis_url == STAGING_STORES["STAGING_REDIS_URL"]
        assert set(deployment.accounts) == {
            name for name, persona in PERSONAS.items() if persona.role and not persona.newcomer
        }

    def test_the_production_example_loads_once_its_variables_are_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = load_target("production.example")
        set_accounts(monkeypatch, target)
        deployment = LiveDeployment(target)
        assert deployment.accounts["Vera"].username == "vera"
        assert not target.embedded

    def test_the_production_example_grants_nothing(self) -> None:
        assert load_target("production.example").capabilities == frozenset()


class TestFindingATarget:
    def test_a_path_to_a_file_works_as_well_as_a_name(self, file: Path) -> None:
        file.write_text(API, encoding="utf-8")
        target = load_target(str(file))
        assert (target.name, target.embedded) == ("mine", False)
        assert target.api == Api(url="https://staging.example.org")
        assert target.limits.answer == 10.0

    def test_a_typo_in_a_name_is_told_with_what_was_probably_meant(self) -> None:
        with pytest.raises(UsageError) as stop:
            load_target("embeded")
        assert str(stop.value).startswith("There is no target 'embeded'. Did you mean 'embedded'? Known: embedded, ")
        assert stop.value.exit_code == ExitCode.USAGE

    def test_a_name_unlike_all_others_is_told_with_the_known_ones(self) -> None:
        with pytest.raises(
            UsageError, match=r"^There is no target 'moon'\. Known: .*staging\.example.*; a path to a \.toml"
        ):
            load_target("moon")

    def test_a_path_without_a_file_is_told(self, file: Path) -> None:
        with pytest.raises(UsageError, match=f"There is no target '{file}'"):
            load_target(str(file))


class TestMistakesInAFile:
    def test_broken_toml_is_told_with_its_line(self, file: Path) -> None:
        sentence = refusal(file, API + "capabilities == []\n")
        assert sentence.startswith(f"The target file {file} cannot be read: ")
        assert "line 3" in sentence

    def test_a_file_that_is_no_text_is_told(self, file: Path) -> None:
        file.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(UsageError, match=f"The target file {file} cannot be read: "):
            load_target(str(file))

    def test_a_folder_in_its_place_is_told(self, file: Path) -> None:
        file.mkdir()
        with pytest.raises(UsageError, match=f"The target file {file} cannot be read: "):
            load_target(str(file))

    @pytest.mark.parametrize(
        "content, entry",
        [
            ('colour = "red"\n' + API, "colour"),
            (API + 'adress = "typo"\n', "api.adress"),
            ("[api]\n", "api.url"),
            ('capabilities = ["databse"]\n' + API, "capabilities.0"),
            (API + "[limits]\njob = 0\n", "limits.job"),
            (API + '[limits]\nanswer = "soon"\n', "limits.answer"),
            (API + '[personas.Dana]\nusername_env = "DANA"\n', "personas.Dana.password_env"),
        ],
        ids=["unknown key", "unknown key in a section", "missing key", "unknown capability", "zero", "text", "half"],
    )
    def test_a_wrong_entry_is_named(self, file: Path, content: str, entry: str) -> None:
        assert refusal(file, content).startswith(f"The target file {file} is wrong: {entry}: ")

    def test_every_wrong_entry_is_named_at_once(self, file: Path) -> None:
        sentence = refusal(file, 'colour = "red"\ncapabilities = ["databse"]\n' + API)
        assert "colour: " in sentence
        assert "capabilities.0: Input should be 'database', 'redis', " in sentence

    def test_an_unknown_persona_is_told_with_the_known_ones(self, file: Path) -> None:
        sentence = refusal(file, API + '[personas.Bob]\nusername_env = "A"\npassword_env = "B"\n')
        assert sentence == (
            f"The target file {file} names unknown personas ['Bob']. Known: Dana, Omar, Ravi, Nora, Vera, Mallory."
        )

    def test_a_target_without_an_api_is_told_what_to_add(self, file: Path) -> None:
        sentence = refusal(file, "")
        assert sentence == f"The target file {file} lacks the address of the API: add `[api]` with `url`."

    @pytest.mark.parametrize("capability", ["database", "redis", "storage"])
    def test_a_capability_without_its_section_is_told(self, file: Path, capability: str) -> None:
        sentence = refusal(file, f'capabilities = ["{capability}"]\n' + API)
        assert sentence == f"The target file {file} grants '{capability}' but has no section [{capability}]."

    @pytest.mark.parametrize(
        ("capability", "told"),
        [
            ("partners", "which only the embedded target can"),
            ("signing_key", "which only the embedded target can"),
            ("browser", "which only this machine can have"),
        ],
    )
    def test_what_a_live_target_cannot_grant_is_told(self, file: Path, capability: str, told: str) -> None:
        sentence = refusal(file, f'capabilities = ["{capability}", "writes"]\n' + API)
        assert sentence == f"The target file {file} grants {capability}, {told}: take it out."


class TestTheEnvironment:
    def test_a_variable_is_read(self) -> None:
        assert from_environment("PASSWORD", "a password", {"PASSWORD": "correct horse"}) == "correct horse"

    @pytest.mark.parametrize("environment", [{}, {"PASSWORD": ""}], ids=["missing", "empty"])
    def test_a_missing_variable_is_told_with_its_purpose(self, environment: dict[str, str]) -> None:
        with pytest.raises(UsageError) as stop:
            from_environment("PASSWORD", "the password of Dana at staging", environment)
        assert str(stop.value) == (
            "The environment variable PASSWORD is not set; it holds the password of Dana at staging."
        )

    def test_a_personas_missing_variable_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = load_target("staging.example")
        set_accounts(monkeypatch, target)
        monkeypatch.delenv("STAGING_RAVI_PASSWORD")
        with pytest.raises(UsageError, match="STAGING_RAVI_PASSWORD is not set; it holds the password of Ravi"):
            accounts_of(target)

    def test_a_stores_missing_variable_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("STAGING_DATABASE_URL", raising=False)
        with pytest.raises(UsageError, match="STAGING_DATABASE_URL is not set; it holds the database's address"):
            store_url(Store(url_env="STAGING_DATABASE_URL"), "the database's address")

    def test_an_account_does_not_show_its_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = load_target("production.example")
        set_accounts(monkeypatch, target)
        assert repr(accounts_of(target)["Vera"]) == "Account('vera', password masked)"


class TestStores:
    def test_an_address_may_stand_in_the_file_and_is_not_shown(self) -> None:
        store = Store.model_validate({"url": "redis://:secret@localhost/0"})
        assert store_url(store, "the address of Redis") == "redis://:secret@localhost/0"
        assert "secret" not in repr(store)

    def test_a_store_without_any_address_is_told_what_to_give(self) -> None:
        with pytest.raises(UsageError, match="The target needs the address of Redis: give `url_env`"):
            store_url(Store(), "the address of Redis")

    def test_a_section_that_is_needed_but_missing_is_told(self) -> None:
        target = Target(name="staging")
        with pytest.raises(
            UsageError, match=r"^The target 'staging' has no section \[storage\]: add it to its file\.$"
        ):
            require_section(target, target.storage, "storage")


class TestFaultsOfALiveTarget:
    def load(self, tmp_path: Path, content: str) -> Target:
        file = tmp_path / "there.toml"
        file.write_text(f'[api]\nurl = "http://127.0.0.1"\n{content}')
        return load_target(str(file))

    def test_commands_for_breaking_are_granted(self, tmp_path: Path) -> None:
        file = tmp_path / "there.toml"
        commands = '[faults.redis."breaking off"]\nbreak = "false"\nmend = "true"\n'
        file.write_text(f'capabilities = ["faults"]\n[api]\nurl = "http://127.0.0.1"\n{commands}')
        assert load_target(str(file)).faults["redis"]["breaking off"].break_ == "false"

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ('[faults.redis.gone]\nbreak = "a"\nmend = "b"\n', "or do neither"),
            ('[faults.redis.gone]\nbreak = "a"\n', "mend: Field required"),
        ],
    )
    def test_half_a_grant_is_refused(self, tmp_path: Path, content: str, told: str) -> None:
        with pytest.raises(UsageError, match=told):
            self.load(tmp_path, content)

    @pytest.mark.parametrize(
        ("section", "told"),
        [("disk.gone", "'disk', which is not a part"), ("redis.tired", "'tired', which is not a way to fail")],
    )
    def test_unknown_words_are_refused_with_what_is_known(self, tmp_path: Path, section: str, told: str) -> None:
        file = tmp_path / "there.toml"
        commands = f'[faults.{section}]\nbreak = "a"\nmend = "b"\n'
        file.write_text(f'capabilities = ["faults"]\n[api]\nurl = "http://127.0.0.1"\n{commands}')
        with pytest.raises(UsageError, match=f"{told} that features know. Known: "):
            load_target(str(file))
