"""`acceptance check`, `format` and `new`: the findings for each error, and the format of features."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cli import format, new
from support.errors import ExitCode, UsageError
from support.gherkin.behaviours import behaviours, parse_behaviours
from support.gherkin.format import format_feature
from support.gherkin.keywords import QUOTES
from support.gherkin.lint import OUTCOME, RULE, STORY, Finding, _location, check_feature, findings, known_issue_findings
from support.gherkin.steps import read_features
from support.gherkin.stray_text import stray_text
from support.tests.project import PROJECT, ProjectCopy

GOOD = """@allure.label.epic:Video_on_demand
Feature: Taking a recording in
  Words for a reader.

  Rule: One

    @smoke @id.VOD-001
    Scenario: It is taken in
      Given Dana is signed in
      When she calls the protected endpoint
      Then the protected endpoint returns her user name
"""


@pytest.fixture
def check(tmp_path: Path) -> Callable[[str], list[str]]:
    def check(text: str) -> list[str]:
        file = tmp_path / "one.feature"
        file.write_text(text, encoding="utf-8")
        return [str(finding) for feature in read_features([file]) for finding in check_feature(feature)]

    return check


def test_a_good_feature_has_no_findings(check: Callable[[str], list[str]]) -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("@smoke", "@smok", r"unknown tag @smok\. Did you mean @smoke\?"),
        (
            "      When she",
            "      When she signs out\n      When she",
            "second When of the scenario, expected one",
        ),
        (
            "Then the protected endpoint returns her user name\n",
            "And she signs out\n",
            "has no Then, so it checks nothing",
        ),
        (GOOD.partition("in\n      Given")[2], "", "the scenario has no steps"),
        ("It is taken in", "It is " + "very " * 14 + "lon", "the title has 79 characters, expected at most 75"),
        ("she calls the protected endpoint", "she sends GET /api/vod/list", 'technical word "GET /"'),
        ("It is taken in", "It is taken in with JSON", 'technical word "JSON"'),
        ("Words for a reader.", "Words over a WebSocket.", 'technical word "WebSocket"'),
        ("@smoke", "@readonly @needs.writes", "contradict each other"),
        ("Words for a reader.", STORY, "placeholder of `acceptance new`"),
        ("Rule: One", f"Rule: {RULE}", "placeholder of `acceptance new`"),
        ("It is taken in", OUTCOME, "placeholder of `acceptance new`"),
        ("@smoke", "@wip", "still tagged @wip"),
    ],
)
def test_each_error_is_found(check: Callable[[str], list[str]], old: str, new: str, message: str) -> None:
    found = check(GOOD.replace(old, new))
    assert any(re.search(message, one) for one in found), found
    assert all(re.match(r"\S+one\.feature:\d+: ", one) for one in found)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "epic:Video_on_demand",
            "epic:Video_on_damand",
            'unknown epic Video_on_damand. Did you mean "Video_on_demand"',
        ),
        (
            "      Given Dana is signed in\n      When she calls the protected endpoint\n"
            "      Then the protected endpoint returns her user name\n",
            "      Then the protected endpoint returns her user name\n      When she calls the protected endpoint\n",
            "Then before When",
        ),
    ],
)
def test_an_error_of_the_structure_is_found(
    check: Callable[[str], list[str]], old: str, new: str, message: str
) -> None:
    assert any(message in one for one in check(GOOD.replace(old, new)))


def test_a_feature_outside_the_features_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "one.feature").write_text(GOOD, encoding="utf-8")
    messages = list(_location(Path("steps/one.feature")))
    assert [str(one) for one in messages] == [
        "steps/one.feature: outside features/, where behave never runs it. Move it there"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "While we wait, it runs.",
        "Three editors work.",
        "Even then.",
        "Put simply:",
        "Gwen is here.",
        "- a bullet",
        "* b",
    ],
)
@pytest.mark.parametrize("place", ["Words for a reader.", "      Given Dana is signed in"])
def test_prose_that_resembles_keywords_is_accepted(tmp_path: Path, line: str, place: str) -> None:
    if line.startswith("*") and "Given" in place:
        pytest.skip("a step of Gherkin")
    file = tmp_path / "one.feature"
    file.write_text(GOOD.replace(place, f"{line}\n{place}"), encoding="utf-8")
    [feature] = read_features([file])
    assert list(stray_text(feature)) == []


OUTLINE = (
    GOOD.replace("Scenario:", "Scenario Outline:")
    + """
      Examples: x
        | who  | why  |
        | Dana | none |
"""
)


def test_an_unused_column_is_found(check: Callable[[str], list[str]]) -> None:
    found = check(OUTLINE.replace("Given Dana", "Given <who>"))
    assert [one.partition(": ")[2] for one in found] == [
        'unused column "why". Write <why> in a step, or remove the column'
    ]


def test_an_unknown_column_is_found(check: Callable[[str], list[str]]) -> None:
    found = check(OUTLINE.replace("Given Dana", "Given <who>").replace("taken in", "<why> for <wy>"))
    assert [one for one in found if 'have no column "wy"' in one] == found


@pytest.mark.parametrize(
    "place, using",
    [
        ("It is taken in", "It is <why>"),
        ("@smoke", "@<why>"),
        ("her user name\n", "her user name\n        | a | <why> |\n"),
        ("her user name\n", 'her user name\n        """\n        a <why>\n        """\n'),
    ],
)
def test_a_column_may_be_used_in_titles_tags_tables_and_texts(
    check: Callable[[str], list[str]], place: str, using: str
) -> None:
    found = check(OUTLINE.replace("Given Dana", "Given <who>").replace(place, using))
    assert not any("unused column" in one for one in found)


def test_a_duplicate_title_is_found(check: Callable[[str], list[str]]) -> None:
    twice = GOOD + GOOD.partition("Rule: One\n")[2].replace("VOD-001", "VOD-002")
    assert any('duplicate title "It is taken in"' in one for one in check(twice))


class TestIdsStepsAndSecrets:
    def messages(self, tmp_path: Path, text: str) -> list[str]:
        file = tmp_path / "one.feature"
        file.write_text(text, encoding="utf-8")
        return [finding.message for finding in findings([file], complete=False)]

    def test_an_unknown_id(self, tmp_path: Path) -> None:
        assert any(
            "unknown behaviour VOD-999" in one for one in self.messages(tmp_path, GOOD.replace("VOD-001", "VOD-999"))
        )

    def test_an_unknown_family(self, tmp_path: Path) -> None:
        found = self.messages(tmp_path, GOOD.replace("VOD-001", "QUE-001"))
        assert any("behaviours.toml, in [QUE], and a line for QUE in [families]" in one for one in found)

    def test_no_id(self, tmp_path: Path) -> None:
        assert any("has 0 behaviour ids" in one for one in self.messages(tmp_path, GOOD.replace(" @id.VOD-001", "")))

    def test_two_ids(self, tmp_path: Path) -> None:
        found = self.messages(tmp_path, GOOD.replace("@id.VOD-001", "@id.VOD-001 @id.VOD-002"))
        assert any("has 2 behaviour ids" in one for one in found)

    def test_several_scenarios_of_a_feature_may_cover_one_behaviour(self, tmp_path: Path) -> None:
        twice = GOOD + GOOD.partition("Rule: One\n")[2].replace("It is taken in", "It stays")
        assert not any("VOD-001" in one for one in self.messages(tmp_path, twice))

    def test_unused_step_texts_and_behaviours_are_notes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(PROJECT)
        file = tmp_path / "one.feature"
        file.write_text(GOOD, encoding="utf-8")
        notes = [finding for finding in findings([file], complete=True) if not finding.is_error]
        assert any(re.search("behaviours have no scenario: .*VOD-040", one.message) for one in notes)
        assert any("unused step text: Then nothing was changed (steps/database.py)" in one.message for one in notes)
        assert not any("{who:Actor} is signed in" in one.message for one in notes)

    @pytest.mark.parametrize(
        "step, capability",
        [
            ("nothing was changed", "database"),
            ('there are no Redis keys matching "a"', "redis"),
            ('the file "a" is in the storage', "storage"),
            ("Cablecast received no POST /vods", "partners"),
            ("the worker is suddenly killed", "faults"),
            ("Vera opens the admin page in a browser", "browser"),
        ],
    )
    def test_a_missing_needs_tag_is_found(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, capability: str
    ) -> None:
        monkeypatch.chdir(PROJECT)
        asking = re.sub("(?:Then|And) the protected endpoint returns her user name", f"And {step}", GOOD)
        if capability not in ("faults", "browser"):  # these are for a When
            asking = asking.replace(f"And {step}", f"Then {step}")
        message = f"a step requires {capability}. Add the tag @needs.{capability}"
        assert message in self.messages(tmp_path, asking)
        assert message not in self.messages(tmp_path, asking.replace("@smoke", f"@needs.{capability}"))

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (
                "        | path | value |\n        | a    | 1     |\n",
                "this step accepts no table: remove the table, or use another step text",
            ),
            (
                '        """\n        hello\n        """\n',
                "this step accepts no text: remove the text, or use another step text",
            ),
        ],
    )
    def test_unread_step_input_is_found(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str
    ) -> None:
        monkeypatch.chdir(PROJECT)
        assert any(message in one for one in self.messages(tmp_path, GOOD + content))
        asking = GOOD.replace("the protected endpoint returns her user name", "the response has")
        assert not any("this step accepts no" in one for one in self.messages(tmp_path, asking + content))

    def test_an_unformatted_feature_is_found(self, tmp_path: Path) -> None:
        assert any("not formatted" in one for one in self.messages(tmp_path, GOOD.replace("    @smoke", "  @smoke")))

    def test_an_id_in_two_features(self, tmp_path: Path) -> None:
        files = [tmp_path / "one.feature", tmp_path / "two.feature"]
        for file in files:
            file.write_text(GOOD, encoding="utf-8")
        found = [finding.message for finding in findings(files, complete=False)]
        assert any("VOD-001 is already covered in" in one for one in found)

    def test_an_unknown_step(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(PROJECT)
        found = self.messages(tmp_path, GOOD.replace("is signed in", "is logged in"))
        assert any("Undefined step: Given Dana is logged in" in one for one in found)

    @pytest.mark.parametrize(
        "line",
        [
            "      | password | hunter2secret |",
            "      | form | password | correcthorse |",
            '"password": "hunter2secret"',
            '"refresh_token": "onlylettershere"',
            'Given Dana has the password "correcthorse"',
            "api_key = abcdefghijkl",
            "Authorization: Bearer abcdefghijk",
        ],
    )
    def test_a_secret(self, tmp_path: Path, line: str) -> None:
        assert any("possible secret" in one for one in self.messages(tmp_path, GOOD + "      # " + line + "\n"))

    @pytest.mark.parametrize(
        "line",
        [
            "| password | {a unique name} |",
            "a wrong password is rejected",
            "token is gone",
            "| no password | password |",
            "| access_token | <token> |",
            "| password | wrong |",
        ],
    )
    def test_other_text_is_not_a_secret(self, tmp_path: Path, line: str) -> None:
        assert not any("secret" in one for one in self.messages(tmp_path, GOOD + "      # " + line + "\n"))

    @pytest.mark.parametrize("line", ["Givn Mallory is locked out", "Dana is signed in", "Backgroud:"])
    def test_a_misspelled_step_is_found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
        monkeypatch.chdir(PROJECT)
        found = self.messages(tmp_path, GOOD.replace("      Given", f"      {line}\n      Given"))
        assert any(one.startswith(f'"{line}" is read as description and never run') for one in found)

    def test_an_invalid_feature_has_one_finding(self, tmp_path: Path) -> None:
        found = self.messages(tmp_path, GOOD.replace("      When", "    Wen"))
        assert len(found) == 1
        assert found[0].endswith("is neither a step nor the start of a block. Did you mean When ...")

    @pytest.mark.parametrize(
        ("encoding", "message"),
        [("utf-8-sig", "starts with a byte order mark"), ("latin-1", "not UTF-8. Save the file in that encoding")],
    )
    def test_an_encoding_that_behave_does_not_read(self, tmp_path: Path, encoding: str, message: str) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("Words", "Caf\xe9"), encoding=encoding)
        [found] = findings([file], complete=False)
        assert message in found.message
        assert found.place == f"{file}:{1 if encoding == 'utf-8-sig' else 3}"


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ('"VOD-001"', None),
        ('"VOD-999"', "known_issues.toml: CAP-1 has the unknown behaviour VOD-999"),
        ('""', "known_issues.toml: [CAP-1] needs behaviour (an id such as VOD-040), scenario (a title), or both."),
    ],
)
def test_known_issues_are_checked(tmp_path: Path, behaviour: str, message: str | None) -> None:
    file = tmp_path / "known_issues.toml"
    file.write_text(f'[CAP-1]\nreason="r"\nowner="o"\nuntil=2030-01-01\nmessage="m"\nbehaviour={behaviour}\n')
    found = [str(finding).removeprefix(f"{tmp_path}/") for finding in known_issue_findings(file)]
    assert found == [] if message is None else found[0].startswith(message)


def test_the_features_of_the_project_have_no_errors(tmp_path: Path) -> None:
    ended = ProjectCopy(tmp_path)
    process = ended.start("check", module="support.cli.main")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, output + errors
    assert output == "0 errors, 0 notes.\n"


class TestTheCommand:
    @pytest.mark.parametrize("name", ["empty", "notes.txt"])
    def test_a_path_without_features_is_rejected(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "notes.txt").touch()
        code, output = self.check(str(tmp_path / name))
        assert (code, "feature" in output) == (ExitCode.USAGE, True)

    def check(self, *arguments: str) -> tuple[int, str]:
        process = subprocess.run(
            [sys.executable, "-m", "support.cli.main", "check", *arguments],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=False,
        )
        return process.returncode, process.stdout + process.stderr

    def test_an_invalid_feature_is_reported_once(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("      When", "      Wen"), encoding="utf-8")
        code, output = self.check(str(file))
        assert (code, output.splitlines()[1:]) == (ExitCode.FAILED, ["1 error, 0 notes."])

    def test_findings_of_behave_lint_are_included(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("her user name", "her user name:"), encoding="utf-8")
        code, output = self.check(str(file))
        assert code == ExitCode.FAILED
        assert re.search(rf"{file}:\d+: Step .* ends with punctuation ':' \(BD005 of behave-lint\)", output)

    def test_a_note_fails_only_with_strict(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("@smoke @id.VOD-001", "@wip @id.VOD-001"), encoding="utf-8")
        code, output = self.check(str(file))
        assert (code, "note: " in output, output.endswith("0 errors, 1 note.\n")) == (ExitCode.PASSED, True, True)
        assert self.check("--strict", str(file))[0] == ExitCode.FAILED

    def test_a_missing_file_is_rejected_with_a_suggestion(self) -> None:
        code, output = self.check("features/vod/captoning.feature")
        assert (code, output) == (
            ExitCode.USAGE,
            "features/vod/captoning.feature does not exist. Did you mean features/vod/captioning.feature?\n",
        )


def test_behaviours_are_read() -> None:
    ids = behaviours()
    assert "VOD-040" in ids
    assert all(re.fullmatch(r"[A-Z]{2,5}-\d{3}", id) for id in ids)
    assert len(set(ids.values())) == len(ids)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[VOD]\n001 = "a"\n001 = "b"', "support/gherkin/behaviours.toml: invalid TOML, each number is used once: "),
        ('[families]\n[QUE]\n001 = "a"', "support/gherkin/behaviours.toml: [QUE] has no line in [families]"),
        (
            '[families]\nQUE = "q"',
            "support/gherkin/behaviours.toml: [QUE] is invalid. Expected one text for each number",
        ),
        ('[families]\nQUE = "q"\n[QUE]\n001 = 1', "support/gherkin/behaviours.toml: [QUE] is invalid"),
    ],
)
def test_an_invalid_behaviours_file_is_rejected(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_behaviours(text)


class TestFormat:
    def test_the_project_features_are_formatted(self) -> None:
        for file in sorted((PROJECT / "features").rglob("*.feature")):
            text = file.read_text(encoding="utf-8")
            assert format_feature(text) == text, file

    def test_an_unformatted_feature_is_formatted_once(self) -> None:
        unformatted = """@allure.label.epic:X
Feature:   x
Words.
  @smoke
  Scenario Outline: y
  Given Dana is <a>

  Then it has
  |a|bb|
  |1 \\| 2| x |
  And it reads
  \"\"\"
    two deeper
  kept:   as it is
  \"\"\"

  Examples: z
  |a|
  |long|
"""
        formatted = """@allure.label.epic:X
Feature:   x
  Words.

  @smoke
  Scenario Outline: y
    Given Dana is <a>
    Then it has
      | a      | bb |
      | 1 \\| 2 | x  |
    And it reads
      \"\"\"
        two deeper
      kept:   as it is
      \"\"\"

    Examples: z
      | a    |
      | long |
"""
        assert format_feature(unformatted) == formatted
        assert format_feature(formatted) == formatted

    def test_a_byte_order_mark_is_removed(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD, encoding="utf-8-sig")
        code = format.work(argparse.Namespace(paths=[file], check=True))
        assert (code, capsys.readouterr().out) == (ExitCode.FAILED, f"{file} would change\n")
        assert format.work(argparse.Namespace(paths=[file], check=False)) == ExitCode.PASSED
        assert file.read_text(encoding="utf-8") == GOOD

    def test_another_encoding_is_rejected(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("Words", "Caf\xe9"), encoding="latin-1")
        with pytest.raises(UsageError, match=r"not UTF-8\. Save the file in that encoding"):
            format.work(argparse.Namespace(paths=[file], check=False))

    @pytest.mark.parametrize("content", ['"""\n  {"title": "x"}\n', "| title | Town Hall\n"])
    def test_an_unclosed_block_is_rejected(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD + content, encoding="utf-8")
        with pytest.raises(UsageError, match=r"not (closed|end).*No file was changed\."):
            format.work(argparse.Namespace(paths=[file], check=False))
        assert file.read_text(encoding="utf-8") == GOOD + content

    @pytest.mark.parametrize("quotes", QUOTES)
    def test_a_text_keeps_its_indentation(self, quotes: str) -> None:
        text = f"Feature: x\n  Scenario: y\n  Given z\n  {quotes}\n  {{\n    deeper\n  {quotes}\n"
        assert f"      {quotes}\n      {{\n        deeper\n      {quotes}\n" in format_feature(text)


class TestNew:
    def test_the_new_feature_is_formatted_and_valid(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for folder in ("vod", "interface", "thumbnails"):
            assert (
                new.work(
                    argparse.Namespace(
                        title="Recordings get a thumbnail", folder=folder, new_capability=True, operation=None
                    )
                )
                == 0
            )
            file = tmp_path / "features" / folder / "recordings_get_a_thumbnail.feature"
            assert format_feature(file.read_text()) == file.read_text()
            monkeypatch.chdir(tmp_path)
            found = {
                f.message for feature in read_features([file.relative_to(tmp_path)]) for f in check_feature(feature)
            }
            assert found == {
                "placeholder of `acceptance new`. Replace it with your own text",
                "still tagged @wip. Remove the tag when it is complete",
            }
        output = capsys.readouterr().out
        assert "Run it: behave features/" in output
        assert "New capability: features/thumbnails/." in output
        assert output.count("and the family THU in [families]") == 1

    @pytest.mark.parametrize(
        "title, folder, message",
        [
            ("Recordings", "vot", 'unknown capability "vot". Did you mean "vod"?'),
            ("Recordings", "Vod", 'invalid folder name "Vod"'),
            ("...", "vod", "The title contains no letters"),
            ("Captioning", "vod", "features/vod/captioning.feature already exists"),
        ],
    )
    def test_an_invalid_request_is_rejected(
        self, monkeypatch: pytest.MonkeyPatch, title: str, folder: str, message: str
    ) -> None:
        monkeypatch.chdir(PROJECT)
        with pytest.raises(UsageError, match=re.escape(message)):
            new.work(argparse.Namespace(title=title, folder=folder, new_capability=False, operation=None))

    def test_a_folder_that_cannot_be_written_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "features").mkdir()
        (tmp_path / "features" / "vod").touch()
        with pytest.raises(UsageError, match=r"features/vod/clips\.feature cannot be written: "):
            new.work(argparse.Namespace(title="Clips", folder="vod", new_capability=True, operation=None))

    def test_ids_continue(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        last = max(int(id.removeprefix("VOD-")) for id in behaviours() if id.startswith("VOD-"))
        assert new.next_id("VOD") == f"VOD-{last + 1:03}"
        monkeypatch.chdir(tmp_path)
        (tmp_path / "features").mkdir()
        (tmp_path / "features" / "one.feature").write_text(GOOD.replace("VOD-001", "VOD-900"), encoding="utf-8")
        assert new.next_id("VOD") == "VOD-901"
        assert new.next_id("NEW") == "NEW-001"


def test_findings_include_their_place() -> None:
    assert str(Finding("a.feature:3", "invalid")) == "a.feature:3: invalid"
    assert str(Finding("", "invalid")) == "invalid"
