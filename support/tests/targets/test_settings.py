"""Target files: the two examples load, and every mistake in one becomes a sentence."""

from pathlib import Path

import pytest

from support.errors import ExitCode, UsageError
from support.gherkin.personas import PERMANENT
from support.targets import settings
from support.targets.capabilities import Capability
from support.targets.deployment import LiveDeployment
from support.targets.settings import Api, Target, accounts_of, load_target, refuse_unset, require_section, store_url

DANA = 'username_env = "A"\npassword_env = "B"\n'
ADDRESS = 'the address of the platform, such as "https://staging.example.org"'
SECONDS = "a number of seconds above 0, such as 10.0"
FOLDER = "the folder of the media as this machine sees it"
VARIABLE = "the name of the environment variable that holds"
ONE_ADDRESS = "should hold either url_env, the name of an environment variable, or url"
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
        assert set(deployment.accounts) == set(PERMANENT)

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
        assert target.limits.response == 10.0

    def test_a_typo_in_a_name_is_told_with_what_was_probably_meant(self) -> None:
        with pytest.raises(UsageError) as stop:
            load_target("embeded")
        assert str(stop.value).startswith("There is no target 'embeded'. Did you mean 'embedded'? Known: embedded, ")
        assert stop.value.exit_code == ExitCode.USAGE

    def test_an_example_that_was_meant_is_to_be_copied_first(self) -> None:
        with pytest.raises(
            UsageError, match=r"Did you mean 'staging'\? Copy support/targets/staging\.example\.toml to "
        ):
            load_target("stagin")
        with pytest.raises(
            UsageError, match=r"'staging'\. Copy support/targets/staging\.example\.toml to staging\.toml "
        ):
            load_target("staging")

    def test_who_tests_what_is_not_up_is_told_how_to_start_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "TARGETS", tmp_path)
        with pytest.raises(UsageError, match=r"'up': start one first, in another shell: acceptance up$"):
            load_target("up")

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
        ("content", "told"),
        [
            (
                'colour = "red"\n' + API,
                "colour is not known (known: [api], [database], [redis], [storage], [personas], ",
            ),
            ('[databse]\nurl_env = "A"\n' + API, "[databse] is not known (did you mean [database]?)"),
            ('databse = "postgresql://u:secret@x/"\n' + API, "databse is not known (did you mean [database]?)"),
            (API + 'adress = "typo"\n', "[api] adress is not known (known: url, ca_file, [headers_env])"),
            (API + 'capabilities = ["writes"]\n', "capabilities stands below [api]: write it above the first section"),
            ("[api]\n", f"[api] lacks url, {ADDRESS}"),
            ('api = "http://x"\n', "[api] should be a section with url, ca_file"),
            ('[api]\nurl = "x.org"\n', f'[api] url should be {ADDRESS}, and is "x.org"'),
            ('capabilities = ["writs"]\n' + API, 'capabilities: "writs" is not known (did you mean "writes"?)'),
            (
                'capabilities = "writes"\n' + API,
                'capabilities should be a list such as ["database", "writes"], and is "writes"',
            ),
            (API + "[limits]\njob = 0\n", f"[limits] job should be {SECONDS}, and is 0"),
            (API + "[limits]\njob = true\n", f"[limits] job should be {SECONDS}, and is true"),
            (API + "[limits]\njob = inf\n", f"[limits] job should be {SECONDS}, and is Infinity"),
            (API + '[limits]\nresponse = "soon"\n', f'[limits] response should be {SECONDS}, and is "soon"'),
            (API + "[storage]\nroot = []\n", f"[storage] root should be {FOLDER}, and is a list"),
            (API + "[database]\n", f"[database] {ONE_ADDRESS}"),
            (API + '[database]\nurl = "a"\nurl_env = "B"\n', f"[database] {ONE_ADDRESS}"),
            (API + '[redis]\nurl_env = "redis://:secret@x"\n', f"[redis] url_env should be {VARIABLE} the address"),
            (API + '[redis]\nurl_env = ""\n', f"[redis] url_env should be {VARIABLE} the address"),
            (API + '[personas]\nDana = "x"\n', "[personas.Dana] should be a section with username_env, password_env"),
            (
                API + '[personas.Dana]\nusername_env = "A"\n',
                f"[personas.Dana] lacks password_env, {VARIABLE} the password",
            ),
            (API + f"[personas.Dan]\n{DANA}", "[personas.Dan] is not known (did you mean [personas.Dana]?)"),
            (
                API + f"[personas.Nora]\n{DANA}",
                "[personas.Nora] is not known "
                "(known: [personas.Dana], [personas.Erin], [personas.Mona], [personas.Omar], [personas.Ravi], "
                "[personas.Vera])",
            ),
            ("", f"[api] is missing: add it, with url, {ADDRESS}"),
            *(
                (
                    f'capabilities = ["{one}"]\n{API}',
                    f'capabilities: "{one}" is granted, but there is no section [{one}]',
                )
                for one in ("database", "redis", "storage", "faults")
            ),
            *(
                (f'capabilities = ["{one}"]\n{API}', f'capabilities: "{one}" is only {whose}: take it out')
                for one, whose in (
                    ("partners", "the embedded target's to grant"),
                    ("signing_key", "the embedded target's to grant"),
                    ("browser", "this machine's to have"),
                )
            ),
        ],
    )
    def test_a_wrong_entry_is_told_with_what_to_do(self, file: Path, content: str, told: str) -> None:
        sentence = refusal(file, content)
        assert sentence.startswith(f"The target file {file} is wrong: {told}")
        assert sentence.endswith(".")
        assert "secret" not in sentence

    def test_every_wrong_entry_is_told_at_once(self, file: Path) -> None:
        sentence = refusal(file, f'colour = "red"\ncapabilities = ["databse"]\n{API}[limits]\njob = 0\n')
        assert sentence.count("; ") == 2


class TestTheEnvironment:
    @pytest.fixture
    def staging(self, monkeypatch: pytest.MonkeyPatch) -> Target:
        target = load_target("staging.example")
        set_accounts(monkeypatch, target)
        for variable, value in STAGING_STORES.items():
            monkeypatch.setenv(variable, value)
        return target

    @pytest.mark.parametrize("variable", ["STAGING_RAVI_PASSWORD", "STAGING_DATABASE_URL"])
    @pytest.mark.parametrize("value", [None, ""])
    def test_a_variable_that_is_not_set_is_told(
        self, staging: Target, variable: str, value: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(variable) if value is None else monkeypatch.setenv(variable, value)
        with pytest.raises(UsageError) as stop:
            LiveDeployment(staging)
        told = f"The target 'staging.example' cannot be used: the environment variable {variable} is not set."
        assert str(stop.value) == told

    def test_all_variables_that_are_not_set_are_told_at_once(
        self, staging: Target, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for variable in ("STAGING_OMAR_USERNAME", "STAGING_OMAR_PASSWORD", "STAGING_REDIS_URL"):
            monkeypatch.delenv(variable)
        with pytest.raises(
            UsageError,
            match="variables STAGING_OMAR_USERNAME, STAGING_OMAR_PASSWORD and STAGING_REDIS_URL are not set",
        ):
            refuse_unset(staging)

    def test_the_address_of_what_is_not_granted_need_not_be_set(
        self, staging: Target, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("STAGING_REDIS_URL")
        granted = staging.capabilities - {Capability.REDIS}
        refuse_unset(staging.model_copy(update={"capabilities": granted}))

    def test_an_account_does_not_show_its_password(self, staging: Target) -> None:
        assert repr(accounts_of(staging)["Vera"]) == "Account('vera', password masked)"


class TestStores:
    def target(self, capability: Capability, url: str) -> Target:
        return Target.model_validate({"name": "staging", capability: {"url": url}})

    @pytest.mark.parametrize(
        ("capability", "url"),
        [
            (Capability.DATABASE, "postgresql://reader:secret@db.example.org:5433/platform"),
            (Capability.DATABASE, "postgresql+psycopg:///platform?host=/run/postgresql"),
            (Capability.REDIS, "redis://:secret@localhost/0"),
            (Capability.REDIS, "unix:///run/redis.sock"),
        ],
    )
    def test_an_address_may_stand_in_the_file_and_is_not_shown(self, capability: Capability, url: str) -> None:
        target = self.target(capability, url)
        assert store_url(target, capability) == url
        assert "secret" not in repr(target)

    @pytest.mark.parametrize("url", ["", "db.example.org", "http://:secret@db", "postgresql://u:se#secret@db/x"])
    @pytest.mark.parametrize("capability", [Capability.DATABASE, Capability.REDIS])
    def test_what_is_no_address_is_told_with_an_example_and_not_shown(self, capability: Capability, url: str) -> None:
        with pytest.raises(UsageError) as stop:
            store_url(self.target(capability, url), capability)
        assert f"has no address of its {capability}: [{capability}] url should hold one such as " in str(stop.value)
        assert "secret" not in str(stop.value)

    def test_a_variable_that_holds_no_address_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STAGING_REDIS_URL", STAGING_STORES["STAGING_DATABASE_URL"])
        with pytest.raises(
            UsageError, match="the environment variable STAGING_REDIS_URL should hold one such as redis"
        ):
            store_url(load_target("staging.example"), Capability.REDIS)

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
        commands = '[faults.redis.closing_connections_early]\ninject = "false"\nrestore = "true"\n'
        file.write_text(f'capabilities = ["faults"]\n[api]\nurl = "http://127.0.0.1"\n{commands}')
        assert load_target(str(file)).faults["redis"]["closing_connections_early"].inject == "false"

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (
                '[faults.redis.unavailable]\ninject = "a"\nrestore = "b"\n',
                r"\[faults\] tells how to break parts, which capabilities do not grant: add \"faults\" there",
            ),
            (
                '[faults.redis.unavailable]\ninject = "a"\n',
                r"\[faults\.redis\.unavailable\] lacks restore, the command that restores the component",
            ),
        ],
    )
    def test_half_a_grant_is_refused(self, tmp_path: Path, content: str, told: str) -> None:
        with pytest.raises(UsageError, match=told):
            self.load(tmp_path, content)

    @pytest.mark.parametrize(
        ("section", "told"),
        [
            ("reddis.gone", r"\[faults\.reddis\] is not known \(did you mean \[faults\.redis\]\?\)"),
            ("redis.off", r"\[faults\.redis\.off\] is not known \(known: unavailable, killed, "),
        ],
    )
    def test_unknown_words_are_refused_with_what_is_known(self, tmp_path: Path, section: str, told: str) -> None:
        file = tmp_path / "there.toml"
        commands = f'[faults.{section}]\ninject = "a"\nrestore = "b"\n'
        file.write_text(f'capabilities = ["faults"]\n[api]\nurl = "http://127.0.0.1"\n{commands}')
        with pytest.raises(UsageError, match=told):
            load_target(str(file))


class TestCredentialsOfAGateway:
    @pytest.mark.parametrize("url", ["http://gate:secret@127.0.0.1:9/prefix", "https://token@staging.example.org"])
    def test_credentials_in_the_address_are_rejected_without_printing_them(self, file: Path, url: str) -> None:
        file.write_text(f'[api]\nurl = "{url}"\n')
        with pytest.raises(UsageError, match="must not contain a user name or password") as failure:
            load_target(str(file))
        assert "secret" not in str(failure.value)

    def test_a_header_comes_from_a_variable(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GATEWAY_KEY", "k1")
        file.write_text('[api]\nurl = "http://127.0.0.1:9"\nheaders_env = { "X-Gateway-Key" = "GATEWAY_KEY" }\n')
        assert load_target(str(file)).gateway_headers == {"X-Gateway-Key": "k1"}

    def test_a_header_of_the_platform_is_rejected(self, file: Path) -> None:
        file.write_text('[api]\nurl = "http://127.0.0.1:9"\nheaders_env = { "authorization" = "GATEWAY_KEY" }\n')
        with pytest.raises(UsageError, match="must not set Authorization"):
            load_target(str(file))
