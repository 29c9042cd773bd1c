import json
from pathlib import Path
from typing import Any

import pytest
from allure_commons import model2

from support.allure.status import own_trace
from support.allure.writer import MaskedFileWriter
from support.evidence.masking import Masker, use_masker
from support.tests.formatter_probe import Probe, attachments, run_probe

ALLURE_STATUS = {
    "passed": "passed",
    "failed": "failed",
    "error": "broken",
    "hook_error": "broken",
    "cleanup_error": "broken",
    "skipped": "skipped",
}
SECRET = "Tr0ub4dor&3"


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    return run_probe(tmp_path_factory.mktemp("formatter"), "--tags=not @deselected", WORKER="worker 2")


def labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def message(item: dict[str, Any]) -> str:
    return str(item.get("statusDetails", {}).get("message", ""))


def steps(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["name"], step["status"]) for step in result["steps"]]


@pytest.mark.parametrize(
    ("scenario", "status", "expected"),
    [
        ("S02", "failed", "The clip should be captioned, but was not."),
        ("S03", "broken", "RuntimeError: the player lost ***"),
        ("S04", "failed", "A check failed without a message: assert answer == 2 (steps/probe.py, line "),
        ("S05", "broken", "Step not implemented: When the clip is <frobnicated>"),
        ("S06", "broken", "Step not implemented: When the step is pending"),
        ("S08", "broken", "The setup of this scenario failed: RuntimeError: no database"),
        ("S09", "broken", "The teardown of this scenario failed: 1 record should be gone, but is still there"),
        ("S10", "broken", "Cleanup of this scenario failed: CleanupFailedError: a row could not be deleted"),
        ("S11", "broken", "The teardown of this step failed: RuntimeError: the step's camera fell over"),
        ("S12", "skipped", "the target grants no faults"),
        ("S13", "skipped", "the target has no storage"),
        ("R02", "failed", "The clip should be captioned, but was not."),
        ("R03 is pending", "failed", "The clip should be ready for 5, but was pending."),
        (
            "R05",
            "broken",
            "Not run. The setup of the rule “A rule that cannot be set up” failed: "
            "the rule book should be there, but was not",
        ),
        (
            "F01",
            "broken",
            "Not run. The setup of the feature “A feature that cannot be set up” failed: "
            "RuntimeError: the archive is locked",
        ),
        (
            "F02",
            "broken",
            "Not run. The setup of the feature “A feature that cannot be set up” failed: "
            "RuntimeError: the archive is locked",
        ),
        (
            "Teardown of the feature",
            "broken",
            "The teardown of the feature “A feature that cannot be torn down” failed: "
            "RuntimeError: the archive stayed open",
        ),
    ],
)
def test_what_did_not_pass_says_why(probe: Probe, scenario: str, status: str, expected: str) -> None:
    result = probe.one(scenario)
    assert (result["status"], message(result)[: len(expected)]) == (status, expected)


@pytest.mark.parametrize("scenario", ["S07", "S15", "S18", "R01", "R03 is ready for 90", "U01"])
def test_what_passed_is_passed_and_says_nothing(probe: Probe, scenario: str) -> None:
    result = probe.one(scenario)
    assert (result["status"], message(result)) == ("passed", "")


def test_every_verdict_is_behaves_own(probe: Probe) -> None:
    # Skipped ones are left out of JUnit by show_skipped = false; of a retried one JUnit knows the last attempt.
    ours = sorted(
        (result["name"].partition(" (")[0], result["status"])
        for result in probe.results
        if not result["name"].startswith(("S12", "S13", "S21", "Teardown of"))
        and message(result) != "The first attempt should fail, and did."
    )
    theirs = sorted(
        (name, ALLURE_STATUS.get(status, "broken"))
        for name, status in probe.behave_outcomes
        if "was not wanted" not in name
    )
    assert ours == theirs


def test_the_message_has_the_step_first_then_hooks_then_cleanups(probe: Probe) -> None:
    result = probe.one("S16")
    assert message(result).splitlines() == [
        "The clip should be captioned, but was not.",
        "The teardown of this scenario failed: 1 record should be gone, but is still there",
        "Cleanup of this scenario failed: CleanupFailedError: a row could not be deleted",
    ]
    assert result["statusDetails"]["trace"].count("Traceback") == 3


def test_steps_after_the_failed_one_are_skipped_even_if_unwritten(probe: Probe) -> None:
    assert steps(probe.one("S02")) == [
        ("Given a clip", "passed"),
        ("When it is watched", "passed"),
        ("Then it is wrong", "failed"),
        ("And it is shown", "skipped"),
        ("And a step nobody wrote", "skipped"),
    ]


def test_steps_after_a_failed_set_up_are_skipped(probe: Probe) -> None:
    assert steps(probe.one("S08")) == [("Given a clip", "skipped"), ("Then it is shown", "skipped")]


def test_traces_show_the_projects_own_frames_only(probe: Probe) -> None:
    trace = probe.one("S03")["statusDetails"]["trace"]
    files = {line.split('"')[1] for line in trace.splitlines() if line.startswith("  File ")}
    assert files == {"steps/probe.py"}
    assert "JSONDecodeError: Expecting value" in trace  # the cause


def test_a_step_that_is_not_written_has_no_trace(probe: Probe) -> None:
    assert not [name for name in ("S05", "S06") if "trace" in probe.one(name)["statusDetails"]]


def test_a_virtual_environment_in_the_project_is_not_the_projects_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    package = compile("def fails(): 1 / 0", str(tmp_path / ".venv/site-packages/package.py"), "exec")
    step = compile("fails()", str(tmp_path / "steps/vod.py"), "exec")
    names: dict[str, Any] = {}
    exec(package, names)
    with pytest.raises(ZeroDivisionError) as error:
        exec(step, names)
    assert own_trace(error.value).splitlines() == [
        "Traceback (most recent call last):",
        '  File "steps/vod.py", line 1, in <module>',
        "ZeroDivisionError: division by zero",
    ]


def test_scenarios_left_out_by_tags_are_absent(probe: Probe) -> None:
    assert not [result for name in ("S14", "R06", "F03") for result in probe.named(name)]


def test_scenarios_left_out_by_tags_are_shown_on_demand(tmp_path: Path) -> None:
    probe = run_probe(tmp_path, "--tags=not @deselected", "--show-skipped", "features/verdicts.feature")
    assert probe.one("S14")["status"] == "skipped"


def test_a_rule_is_the_story_below_its_feature_and_its_tags_count(probe: Probe) -> None:
    result = probe.one("R02")
    assert labels(result, "epic") == ["Video on demand"]
    assert labels(result, "feature") == ["Rules"]
    assert labels(result, "story") == ["A rule keeps its scenarios together"]
    assert labels(result, "severity") == ["minor"]
    assert labels(result, "tag") == ["rule.tag"]
    assert result["titlePath"] == ["features", "Rules", "A rule keeps its scenarios together"]
    assert result["description"] == "What stands under a rule.\n\nWhat limits it."


def test_tags_become_labels_and_links(probe: Probe) -> None:
    (result,) = [result for result in probe.named("S01") if labels(result, "severity") == ["critical"]]
    assert labels(result, "tag") == ["smoke", "VOD-001"]
    assert labels(result, "owner") == ["Team Captions"]
    assert result["links"] == [{"type": "issue", "name": "VOD-7", "url": "https://tracker.example/VOD-7"}]
    assert labels(result, "feature") == labels(result, "suite") == ["Verdicts"]
    assert labels(result, "thread") == ["worker 2"]
    assert len(labels(result, "host")) == 1


def test_feature_and_story_are_not_up_to_tags(probe: Probe) -> None:
    result = probe.one("S02")
    assert (labels(result, "feature"), labels(result, "story")) == (["Verdicts"], [])


def test_the_innermost_severity_wins(probe: Probe) -> None:
    assert labels(probe.one("R03 is ready for 90"), "severity") == ["blocker"]


def test_tables_are_shown_in_the_step_texts_and_files_are_attached(probe: Probe) -> None:
    _, table, text, file = probe.one("R01")["steps"]
    assert [(row["name"], row["value"]) for row in table["parameters"]] == [("name", "dana")]
    assert "attachments" not in table
    assert probe.text(attachments(text)["text"]) == "plain words"
    (inner,) = file["steps"]
    assert inner["name"] == "Writes the file"
    assert set(attachments(inner)) == {"file"}


def test_a_json_text_is_indented(probe: Probe) -> None:
    text = attachments(probe.one("S15"))["text"]
    assert text["type"] == "application/json"
    assert probe.text(text).startswith('{\n  "name": "dana"')


def test_a_json_text_nested_too_deeply_is_attached_as_it_is(probe: Probe) -> None:
    text = attachments(probe.one("S20"))["text"]
    assert text["type"] == "text/plain"
    assert probe.text(text).startswith("[[[[")


def test_a_scenario_skipped_without_a_reason_is_reported(probe: Probe) -> None:
    result = probe.one("S21")
    assert (result["status"], message(result)) == ("skipped", "without a reason")


def test_all_outputs_of_a_failed_step_are_attached(probe: Probe) -> None:
    output = probe.text(attachments(probe.one("S22"))["output"])
    assert all(text in output for text in ("printed text", "text on stderr", "logged text"))


def test_what_hooks_attach_is_shown_as_set_up_and_tear_down(probe: Probe) -> None:
    uuid = probe.one("S15")["uuid"]
    (container,) = [container for container in probe.containers if uuid in container["children"]]
    (before,) = container["befores"]
    (after,) = container["afters"]
    assert (before["name"], set(attachments(before))) == ("Setup", {"prepared"})
    assert (after["name"], [step["name"] for step in after["steps"]]) == ("Teardown", ["Tidies up"])
    assert set(attachments(after)) == {"tidied"}


def test_the_recorder_attaches_to_the_step_and_to_the_tear_down(probe: Probe) -> None:
    result = probe.one("S18")
    (container,) = [container for container in probe.containers if result["uuid"] in container["children"]]
    assert [step["name"] for step in result["steps"][1]["steps"]] == [
        "POST /api/auth/login → 401, as dana",
        'SELECT status, progress FROM vods WHERE title = %(title)s {"title": "City Council"} – 2 rows',
        "GET session:1 → ***",
    ]
    first = result["steps"][1]["steps"][0]
    assert first["stop"] - first["start"] == pytest.approx(12, abs=2), "it took 12 ms"
    assert [step["name"] for step in container["afters"][0]["steps"]] == ["DELETE /api/vod/7 → 204, as omar"]
    assert "POST /api/auth/login" in probe.text(attachments(result)["All exchanges"])


def test_a_failed_step_gets_what_it_exchanged_drawn(probe: Probe) -> None:
    step = probe.one("S19")["steps"][1]
    assert [file["name"] for file in step["attachments"]] == [
        "Last exchange before the failure: POST /api/auth/login → 401",
        "Repeat with curl",
        "Platform log of this request",
    ]
    [folded] = step["steps"]
    assert folded["name"] == "All exchanges of this step (3)"
    assert [set(attachments(line)) for line in folded["steps"]] == [{"request and response"}, {"rows"}, set()]


@pytest.mark.parametrize(("scenario", "status"), [("S03", "passed"), ("S09", "broken")])
def test_a_tear_down_is_broken_only_if_it_failed_itself(probe: Probe, scenario: str, status: str) -> None:
    uuid = probe.one(scenario)["uuid"]
    (container,) = [container for container in probe.containers if uuid in container["children"]]
    assert [after["status"] for after in container["afters"]] == [status]


def test_what_is_attached_outside_scenarios_is_kept_with_the_run(probe: Probe) -> None:
    assert probe.run_attachments == {"about the run": "the run's secret is ***", "about the feature": "of the feature"}


def test_output_is_attached_when_a_scenario_failed(probe: Probe) -> None:
    assert probe.text(attachments(probe.one("S02"))["output"]) == "looked at the clip\n"
    assert "output" not in attachments(probe.one("S08"))  # the hook's error is in the message


def test_an_outline_gives_one_result_a_row_with_its_values(probe: Probe) -> None:
    result = probe.one("R03 is ready for 90")
    assert result["name"] == "R03 is ready for 90"
    assert result["parameters"] == [{"name": "state", "value": "ready"}, {"name": "minutes", "value": "90"}]


def test_rows_that_the_name_does_not_tell_apart_show_their_values(probe: Probe) -> None:
    assert {result["name"].partition(" (")[2] for result in probe.named("R04")} == {
        "ready, short)",
        "pending, long)",
    }


def test_rows_of_an_outline_are_one_test_case_with_a_history_each(probe: Probe) -> None:
    ready, pending = probe.named("R04")
    assert ready["testCaseId"] == pending["testCaseId"]
    assert ready["historyId"] != pending["historyId"]


@pytest.mark.parametrize(("twins", "count"), [("S01", 3), ("R03 is ready for 5", 2)])
def test_equal_scenarios_are_not_taken_for_retries_of_one(probe: Probe, twins: str, count: int) -> None:
    assert len({(result["testCaseId"], result["historyId"]) for result in probe.named(twins)}) == count


def test_a_retry_is_a_result_of_its_own_and_the_success_is_flaky(probe: Probe) -> None:
    first, second = probe.named("S17")
    assert (first["status"], second["status"]) == ("failed", "passed")
    assert first["historyId"] == second["historyId"]
    assert second["statusDetails"]["flaky"] is True
    assert labels(second, "tag") == ["retry", "flaky"]


def test_histories_go_on_when_lines_and_rows_are_added(probe: Probe, tmp_path: Path) -> None:
    def add(features: Path) -> None:
        rules = features / "rules.feature"
        text = (
            rules.read_text()
            .replace("Feature:", "\n\nFeature:")
            .replace("| ready   | 5 ", "| new | 1 |\n| ready   | 5 ")
        )
        rules.write_text(text)

    changed = run_probe(tmp_path, "--tags=not @deselected", change=add)
    before, after = (sorted((r["name"], r["historyId"]) for r in p.named("R0")) for p in (probe, changed))
    added = changed.one("R03 is new for 1")
    assert after == sorted([*before, (added["name"], added["historyId"])])


def test_an_id_tag_keeps_the_history_of_a_scenario_that_moves_to_another_file(tmp_path: Path) -> None:
    def add(features: Path) -> None:
        for name in ("old", "new"):
            scenario = f"Feature: {name}\n  @id.VOD-9\n  Scenario: {name}\n    Given a clip\n"
            (features / f"{name}.feature").write_text(scenario)

    probe = run_probe(tmp_path, "--tags=@id.VOD-9", change=add)
    assert probe.one("old")["historyId"] == probe.one("new")["historyId"]


def test_no_secret_of_the_run_is_written(probe: Probe) -> None:
    files = [path for path in probe.results_folder.iterdir() if SECRET in path.read_text()]
    assert files == []
    assert len(list(probe.results_folder.iterdir())) > 40


def test_masking_leaves_the_names_of_files_alone(tmp_path: Path) -> None:
    # A short secret may well stand in the uuid that links an attachment to its file.
    masker = Masker()
    masker.add("4bad")
    writer = MaskedFileWriter(tmp_path)
    use_masker(masker)
    try:
        attachment = model2.Attachment(name="is 4bad", source="4bad-attachment.txt", type="text/plain")
        writer.report_result(model2.TestResult(uuid="4bad", name="4bad", attachments=[attachment]))
        writer.close()
    finally:
        use_masker(Masker())
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text()) == {
        "name": "***",
        "uuid": "4bad",
        "attachments": [{"name": "is ***", "source": "4bad-attachment.txt", "type": "text/plain"}],
    }


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    probe = run_probe(tmp_path, "--dry-run")
    assert not probe.results_folder.exists()


def test_a_run_that_could_not_begin_is_broken(tmp_path: Path) -> None:
    probe = run_probe(tmp_path, PROBE_BREAKS_RUN="1")
    assert probe.exit_code == 1
    (result,) = probe.results
    assert (result["status"], message(result)) == (
        "broken",
        "The setup of the run failed, no scenario ran. The console shows the error.",
    )
