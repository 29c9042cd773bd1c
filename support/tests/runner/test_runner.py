"""`behave` as a user types it: what it refuses, how it ends, what it leaves."""

import contextlib
import json
import re
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.errors import ExitCode
from support.polling import eventually
from support.tests.project import ProjectCopy
from support.tests.stack.test_stack import gone

QUICK = "--tags=@id.ACC-001"


@pytest.fixture
def project(tmp_path: Path) -> ProjectCopy:
    return ProjectCopy(tmp_path)


def statuses(results: Path) -> list[str]:
    return sorted(json.loads(result.read_text())["status"] for result in results.glob("*-result.json"))


def run_directory(process: "subprocess.Popen[str]", logs: Path) -> Path:
    """Where the servers of a running `behave` live, as the log of the platform's start tells once it is up."""
    eventually(
        "the run's database",
        lambda: next(iter(children_of(process)), None),
        lambda found: found is not None,
        expected="a directory",
        within=20,
    )
    return next(iter(children_of(process)))


def children_of(process: "subprocess.Popen[str]") -> list[Path]:
    import psutil

    found = []
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                matches = (re.match(r"(/\S*/acceptance-\d+-\w+)", word) for word in child.cmdline())
                found += [Path(match.group(1)) for match in matches if match]
    return found


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--tags=@smoek"], 3, r"unknown tag @smoek\. Did you mean @smoke\?"),
        (["--name=nobody wrote this"], 3, "No scenario matches --name=.*nobody wrote this"),
        (["-D", "target=stagin.example"], 2, "no target 'stagin.example'. Did you mean 'staging.example'"),
        (["-D", "target=nowhere.toml"], 2, "no target 'nowhere.toml'"),
        (["-D", "target=staging.example"], 2, r"the environment variables STAGING_\w+, .* are not set\."),
        (["-D", "target="], 2, "Invalid option -D target=. target: the deployment"),
        (["-D", "target"], 2, "Invalid option -D target=true. target: the deployment"),
        (["-D", "traget=staging"], 2, "Unknown option -D traget. Did you mean -D target"),
    ],
)
def test_a_typo_is_one_sentence_with_an_exit_code_of_its_own(
    project: ProjectCopy, arguments: list[str], code: int, sentence: str
) -> None:
    ended = project.behave(*arguments, timeout=20)
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert re.search(sentence, ended.stderr), ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_target_that_does_not_answer_is_named(project: ProjectCopy) -> None:
    (project.folder / "away.toml").write_text('[api]\nurl = "http://127.0.0.1:9"\n')
    ended = project.behave("-D", "target=away.toml", QUICK, timeout=20)
    assert ended.returncode == 4
    assert (
        "The target 'away' cannot be tested: http://127.0.0.1:9/api/health: no response: the connection was refused"
        in ended.stderr
    )
    assert "Traceback" not in ended.stdout + ended.stderr


class Door(BaseHTTPRequestHandler):
    """A platform that is healthy, and lets nobody in."""

    def do_GET(self) -> None:
        self.answer(200, {"status": "healthy"})

    def do_POST(self) -> None:
        self.answer(401, {"error": {"message": "The user name or password is incorrect."}})

    def answer(self, status: int, document: object) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_who_cannot_sign_in_at_a_target_is_told_once_before_anything_runs(
    project: ProjectCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODY", "somebody")
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as door:
        threading.Thread(target=door.serve_forever, daemon=True).start()
        account = '[personas.Dana]\nusername_env = "SOMEBODY"\npassword_env = "SOMEBODY"\n'
        target = f'[api]\nurl = "http://127.0.0.1:{door.server_address[1]}"\n{account}'
        (project.folder / "closed.toml").write_text(target)
        ended = project.behave("-D", "target=closed.toml", QUICK, timeout=20)
        door.shutdown()
    assert ended.returncode == ExitCode.ENVIRONMENT
    told = "Dana: signing in with what SOMEBODY and SOMEBODY hold was answered 401: "
    told += "The user name or password is incorrect."
    assert ended.stderr.endswith(f"The target 'closed' cannot be tested: {told}\n")
    assert not project.reports.exists()


def test_a_scenario_is_skipped_with_the_reason_where_the_target_lacks_what_it_needs(
    project: ProjectCopy, tmp_path: Path
) -> None:
    live = project.start("up", "--target", f"up-{tmp_path.name}", module="support.cli.main")
    try:
        assert live.stdout is not None
        url = re.search(r"ready at (\S+)", live.stdout.readline())
        assert url is not None
        (project.folder / "live.toml").write_text(f'[api]\nurl = "{url.group(1)}"\n')
        ended = project.behave("-D", "target=live.toml", "features/recovery", "features/access", "features/operations")
    finally:
        live.send_signal(signal.SIGINT)
        live.communicate(timeout=10)
    assert live.returncode == 0
    results = [json.loads(file.read_text()) for file in (project.reports / "allure-results").glob("*-result.json")]
    by_name = {result["name"]: result for result in results}
    for name, reason in (
        ("Everything acknowledged before the crash is there", "the target 'live' does not grant: faults"),
        ("A signed-in viewer opens a protected page", "only scenarios tagged @readonly run there"),
    ):
        assert by_name[name]["status"] == "skipped"
        assert reason in by_name[name]["statusDetails"]["message"]
    assert by_name["A healthy platform lists every service"]["status"] == "passed"
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_two_runs_at_once_do_not_disturb_each_other(project: ProjectCopy) -> None:
    runs = [project.start("features/vod/registering.feature", "--tags=@smoke") for _ in range(2)]
    for run in runs:
        output, errors = run.communicate(timeout=120)
        assert run.returncode == 0, output + errors
    folders = [project.reports / "allure-results", *project.reports.glob("run-*/allure-results")]
    assert [len(statuses(folder)) for folder in folders] == [3, 3]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_nothing_is_left_of_a_run_that_is_ended(project: ProjectCopy, number: signal.Signals, code: int) -> None:
    run = project.start("features/vod")
    directory = run_directory(run, project.reports / "logs")
    results = project.reports / "allure-results"
    eventually("results", lambda: len(statuses(results)), lambda count: count > 1, expected="two", within=30)
    run.send_signal(number)
    output, errors = run.communicate(timeout=20)
    assert run.returncode == code, output + errors
    assert "Traceback" not in output + errors
    gone(directory)


def test_a_dry_run_starts_nothing_and_leaves_the_last_results_alone(project: ProjectCopy) -> None:
    kept = project.reports / "allure-results" / "kept-result.json"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"status": "passed"}')
    ended = project.behave("--dry-run", timeout=20)
    assert "Embedded platform" not in ended.stdout
    assert kept.exists()
    counts = re.findall(r"(\w+) passed, (\d+) failed, .*?(\d+) untested", ended.stdout)
    assert [(what, failed) for what, failed, untested in counts if untested != "0"] == [
        ("features", "0"),
        ("rules", "0"),
        ("scenarios", "0"),
        ("steps", "0"),
    ]


def test_a_dry_run_selects_as_a_run_does(project: ProjectCopy) -> None:
    def untested(*options: str) -> int:
        ended = project.behave("--dry-run", "--tags=@smoke", *options, timeout=20)
        return int(re.findall(r"scenarios passed, .*?(\d+) untested", ended.stdout)[0])

    parts = [untested(f"-D shard={number}/2") for number in (1, 2)]
    assert all(parts)
    assert sum(parts) == untested()
    refused = project.behave("--dry-run", "--tags=@smok", timeout=20)
    assert (refused.returncode, "Did you mean @smoke?" in refused.stderr) == (ExitCode.SELECTION, True)


def test_a_platform_left_broken_is_mended_before_the_next_scenario(project: ProjectCopy) -> None:
    (project.folder / "features" / "spoilt.feature").write_text(
        """
        @needs.faults
        Feature: A scenario that fails while the database is away
          Scenario: The database stays away
            Given Dana has the VOD "City Council"
            When the database is suddenly unavailable
            Then the platform's health is "healthy" within 1 seconds
          Scenario: The next one finds it mended
            When Dana signs in
            Then she has an access token that is valid for 30 minutes
        """
    )
    ended = project.behave("features/spoilt.feature")
    assert ended.returncode == 1
    assert statuses(project.reports / "allure-results") == ["failed", "passed"], ended.stdout


def test_what_a_scenario_leaves_behind_fails_it_by_name(project: ProjectCopy) -> None:
    (project.folder / "steps" / "leaks.py").write_text(
        """
from behave import when
from support.gherkin.personas import PERSONAS

@when("Dana forgets to clean up")
def leave(context):
    world = context.world
    world.vod.register(world.media.store("Left"), by=PERSONAS["Dana"])
    world.access.sign_in(PERSONAS["Dana"])
    world.cleanup._actions.clear()

@when("Dana cannot clean up")
def break_off(context):
    leave(context)
    context.world.cleanup.add("give the chair back", lambda: 1 / 0)
"""
    )
    (project.folder / "features" / "leaks.feature").write_text(
        "Feature: Leaks\n"
        "  Scenario: The first leaves things\n    When Dana forgets to clean up\n"
        "  Scenario: The second leaves nothing\n    When Dana signs in\n"
        "  Scenario: The third cannot clean up\n    When Dana cannot clean up\n"
        "  Scenario: The fourth leaves nothing\n    When Dana signs in\n"
    )
    ended = project.behave("features/leaks.feature")
    assert ended.returncode == 6
    assert statuses(project.reports / "allure-results") == ["broken", "broken", "passed", "passed"], ended.stdout
    assert len(re.findall(r"HOOK-ERROR in after_scenario: ", ended.stdout)) == 2, ended.stdout
    first, third = re.findall(r"The teardown of this scenario failed: (.*)", ended.stdout)
    assert "could not give the chair back: division by zero; the scenario left something behind: " in third
    for what in ("vods ", "auth_sessions ", "Redis session:", "media file left-"):
        assert what in first
        assert what in third


def test_who_can_no_longer_act_leaves_nothing_behind(project: ProjectCopy) -> None:
    (project.folder / "features" / "leaving.feature").write_text(
        """
Feature: Leaving
  Scenario Outline: <who> <can no longer>
    Given <who> <came in>
    And <who> has the <resource>
    When <can no longer>
    Then <then>

    Examples:
      | who  | came in           | resource                | can no longer                                           | then                            |
      | Dana | is signed in      | VOD "City Council"      | Dana signs out                                          | Dana's session is ended         |
      | Dana | has a new account | VOD "City Council"      | Dana signs out                                          | Dana's session is ended         |
      | Dana | has a new account | VOD "City Council"      | Omar sets Dana's account to "inactive"                  | Dana's session is ended         |
      | Dana | has a new account | VOD "City Council"      | Omar sets Dana's role to "viewer"                       | Dana's session is ended         |
      | Dana | has a new account | VOD "City Council"      | Omar sets Dana's rate limit to "1 requests in 30 seconds" | Dana's account has the role "editor" |
      | Ravi | is signed in      | research session "AAPL" | Ravi signs out                                          | Ravi's session is ended         |
      | Ravi | has a new account | research session "AAPL" | Omar sets Ravi's account to "inactive"                  | Ravi's session is ended         |

  Scenario: Omar signs out, who let Nora in
    Given Omar is signed in
    And Nora has a new account
    When Omar signs out
    Then Omar's session is ended

  Scenario: Ravi has another account, and what he made before goes as well
    Given Ravi has the research session "AAPL"
    And Ravi has a new account
    When Ravi signs in
    Then his session is open

  Scenario: Dana is locked out, who handed something in before
    Given Dana has the VOD "City Council"
    And Dana has a new account
    And Mallory has tried to sign in to Dana's account with a wrong password 5 times
    When Dana signs in
    Then the request is rejected as rate limited for 840 to 900 seconds

  Scenario: Dana signs out, who sent something by hand
    Given Dana is signed in
    When Dana sends POST /api/vod/create with
      | field     | value                          |
      | title     | {a unique title}               |
      | file_path | {a unique file ending in .wav} |
    And Dana signs out
    Then Dana's session is ended
"""  # noqa: E501
    )
    ended = project.behave("features/leaving.feature")
    assert ended.returncode == 0, ended.stdout
    assert statuses(project.reports / "allure-results") == ["passed"] * 11


def test_behave_that_is_started_elsewhere_says_where(tmp_path: Path) -> None:
    project = ProjectCopy(tmp_path)
    project.folder = tmp_path / "features"
    ended = project.behave("vod/captioning.feature")
    assert ended.returncode == ExitCode.USAGE
    assert ended.stderr == "Nothing was run. Start behave in the project's folder, where pyproject.toml is.\n"
