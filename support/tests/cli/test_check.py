"""Features are looked at without being run: what is told of each mistake, and how they are laid out."""

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
from support.gherkin.lint import OUTCOME, RULE, STORY, Finding, check_feature, findings, known_issue_findings
from support.gherkin.keywords import QUOTES
from support.gherkin.steps import read_features
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
def look(tmp_path: Path) -> Callable[[str], list[str]]:
    def look(text: str) -> list[str]:
        file = tmp_path / "one.feature"
        file.write_text(text, encoding="utf-8")
        return [str(finding) for feature in read_features([file]) for finding in check_feature(feature)]

    return look


def test_a_good_feature_has_no_findings(look: Callable[[str], list[str]]) -> None:
    assert look(GOOD) == []


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("@smoke", "@smok", r"@smok is no tag of the vocabulary \(did you mean @smoke\?\)"),
        (
            "      When she",
            "      When she signs out\n      When she",
            "one When for each scenario, this is the second",
        ),
        ("Then the protected endpoint returns her user name\n", "And she signs out\n", "it has no Then"),
        (GOOD.partition("in\n      Given")[2], "", "this scenario has no steps"),
        ("It is taken in", "It is " + "very " * 14 + "lon", "the title has 79 characters; 75 are enough"),
        ("she opens the protected page", "she sends GET /api/vod/list", '"GET /" is a technical word'),
        ("It is taken in", "It is taken in with JSON", '"JSON" is a technical word'),
        ("Rule: One", "Rule: An endpoint", '"endpoint" is a technical word'),
        ("Words for a reader.", "Words over a WebSocket.", '"WebSocket" is a technical word'),
        ("@smoke", "@readonly @needs.writes", "contradict each other"),
        ("Words for a reader.", STORY, "here stands what `acceptance new` wrote"),
        ("Rule: One", f"Rule: {RULE}", "here stands what `acceptance new` wrote"),
        ("It is taken in", OUTCOME, "here stands what `acceptance new` wrote"),
        ("@smoke", "@wip", "take it off when it is done"),
    ],
)
def test_a_mistake_is_found(look: Callable[[str], list[str]], old: str, new: str, sentence: str) -> None:
    found = look(GOOD.replace(old, new))
    assert any(re.search(sentence, one) for one in found), found
    assert all(re.match(r"\S+one\.feature:\d+: ", one) for one in found)


OUTLINE = (
    GOOD.replace("Scenario:", "Scenario Outline:")
    + """
      Examples: x
        | who  | why  |
        | Dana | none |
"""
)


def test_a_column_that_is_used_nowhere_is_found(look: Callable[[str], list[str]]) -> None:
    found = look(OUTLINE.replace("Given Dana", "Given <who>"))
    assert [one.partition(": ")[2] for one in found] == ['the column "why" is used nowhere: write <why>, or drop it']


def test_a_column_that_there_is_not_is_found(look: Callable[[str], list[str]]) -> None:
    found = look(OUTLINE.replace("Given Dana", "Given <who>").replace("taken in", "<why> for <wy>"))
    assert [one for one in found if 'have no column "wy"' in one] == found


@pytest.mark.parametrize(
    "place, using",
    [
        ("It is taken in", "It is <why>"),
        ("@smoke", "@<why>"),
        ("open to her\n", "open to her\n        | a | <why> |\n"),
        ("open to her\n", 'open to her\n        """\n        a <why>\n        """\n'),
    ],
)
def test_a_column_may_be_used_in_titles_tags_tables_and_texts(
    look: Callable[[str], list[str]], place: str, using: str
) -> None:
    found = look(OUTLINE.replace("Given Dana", "Given <who>").replace(place, using))
    assert not any("is used nowhere" in one for one in found)


def test_a_title_is_taken_once(look: Callable[[str], list[str]]) -> None:
    twice = GOOD + GOOD.partition("Rule: One\n")[2].replace("VOD-001", "VOD-002")
    assert any('the title "It is taken in" is taken already' in one for one in look(twice))


class TestIdsStepsAndSecrets:
    def told(self, tmp_path: Path, text: str) -> list[str]:
        file = tmp_path / "one.feature"
        file.write_text(text, encoding="utf-8")
        return [finding.message for finding in findings([file], complete=False)]

    def test_an_unknown_id(self, tmp_path: Path) -> None:
        assert any("VOD-999 is not in" in one for one in self.told(tmp_path, GOOD.replace("VOD-001", "VOD-999")))

    def test_an_unknown_family(self, tmp_path: Path) -> None:
        told = self.told(tmp_path, GOOD.replace("VOD-001", "QUE-001"))
        assert any("add its sentence there, below [QUE], and a line for QUE in [families]" in one for one in told)

    def test_no_id(self, tmp_path: Path) -> None:
        assert any("names no behaviour" in one for one in self.told(tmp_path, GOOD.replace(" @id.VOD-001", "")))

    def test_two_ids(self, tmp_path: Path) -> None:
        told = self.told(tmp_path, GOOD.replace("@id.VOD-001", "@id.VOD-001 @id.VOD-002"))
        assert any("names 2 behaviours" in one for one in told)

    def test_several_scenarios_of_a_feature_may_show_one_behaviour(self, tmp_path: Path) -> None:
        twice = GOOD + GOOD.partition("Rule: One\n")[2].replace("It is taken in", "It stays")
        assert not any("VOD-001" in one for one in self.told(tmp_path, twice))

    def test_what_nothing_uses_is_noted_of_all_features_together(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(PROJECT)
        file = tmp_path / "one.feature"
        file.write_text(GOOD, encoding="utf-8")
        notes = [finding for finding in findings([file], complete=True) if not finding.is_error]
        assert any(re.search("behaviours have no scenario: .*VOD-040", one.message) for one in notes)
        assert any("no feature uses: Then nothing was changed (steps/database.py)" in one.message for one in notes)
        assert not any("{who:Actor} is signed in" in one.message for one in notes)

    @pytest.mark.parametrize(
        "step, capability",
        [
            ("nothing was changed", "database"),
            ('there are no Redis keys like "a"', "redis"),
            ('the file "a" is in the storage', "storage"),
            ("Cablecast was never asked POST /vods", "partners"),
            ("the worker is suddenly killed", "faults"),
            ("Vera opens the administrator's page in a browser", "browser"),
        ],
    )
    def test_what_a_step_needs_of_the_target_is_said_by_a_tag(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, capability: str
    ) -> None:
        monkeypatch.chdir(PROJECT)
        asking = re.sub("(?:Then|And) the protected page is open to her", f"And {step}", GOOD)
        if capability not in ("faults", "browser"):  # these are for a When
            asking = asking.replace(f"And {step}", f"Then {step}")
        sentence = f"a step needs {capability} of the target: @needs.{capability}"
        assert sentence in self.told(tmp_path, asking)
        assert sentence not in self.told(tmp_path, asking.replace("@smoke", f"@needs.{capability}"))

    @pytest.mark.parametrize(
        ("below", "sentence"),
        [
            (
                "        | path | value |\n        | a    | 1     |\n",
                "a table stands below this step, which takes none",
            ),
            ('        """\n        hello\n        """\n', "a text stands below this step, which takes none"),
        ],
    )
    def test_what_stands_below_a_step_that_takes_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str, sentence: str
    ) -> None:
        monkeypatch.chdir(PROJECT)
        assert any(sentence in one for one in self.told(tmp_path, GOOD + below))
        asking = GOOD.replace("the protected page is open to her", "the answer has")
        assert not any("stands below" in one for one in self.told(tmp_path, asking + below))

    def test_another_layout(self, tmp_path: Path) -> None:
        assert any("not in our layout" in one for one in self.told(tmp_path, GOOD.replace("    @smoke", "  @smoke")))

    def test_an_id_in_two_features(self, tmp_path: Path) -> None:
        files = [tmp_path / "one.feature", tmp_path / "two.feature"]
        for file in files:
            file.write_text(GOOD, encoding="utf-8")
        told = [finding.message for finding in findings(files, complete=False)]
        assert any("VOD-001 is shown in" in one for one in told)

    def test_an_unknown_step(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(PROJECT)
        told = self.told(tmp_path, GOOD.replace("is signed in", "is logged in"))
        assert any("No step says: Given Dana is logged in" in one for one in told)

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
        assert any("looks like a secret" in one for one in self.told(tmp_path, GOOD + "      # " + line + "\n"))

    @pytest.mark.parametrize(
        "line",
        [
            "| password | {a unique name} |",
            "a wrong password is refused",
            "token is gone",
            "| no password | password |",
            "| access_token | <token> |",
            "| password | wrong |",
        ],
    )
    def test_what_is_no_secret(self, tmp_path: Path, line: str) -> None:
        assert not any("secret" in one for one in self.told(tmp_path, GOOD + "      # " + line + "\n"))

    @pytest.mark.parametrize("line", ["Givn Mallory is locked out", "Dana is signed in", "Backgroud:"])
    def test_a_step_that_became_prose(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
        monkeypatch.chdir(PROJECT)
        told = self.told(tmp_path, GOOD.replace("      Given", f"      {line}\n      Given"))
        assert any(one.startswith(f'"{line}" is read as prose and never run') for one in told)

    def test_of_what_cannot_be_read_nothing_else_is_told(self, tmp_path: Path) -> None:
        told = self.told(tmp_path, GOOD.replace("      When", "    Wen"))
        assert len(told) == 1
        assert told[0].endswith("is no step and begins no block here (did you mean When ...)")

    @pytest.mark.parametrize(
        ("encoding", "sentence"),
        [("utf-8-sig", "begins with a byte order mark"), ("latin-1", "this is no UTF-8, save the file in that encod")],
    )
    def test_an_encoding_that_behave_does_not_read(self, tmp_path: Path, encoding: str, sentence: str) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("Words", "Caf\xe9"), encoding=encoding)
        [found] = findings([file], complete=False)
        assert sentence in found.message
        assert found.place == f"{file}:{1 if encoding == 'utf-8-sig' else 3}"


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ('"VOD-001"', None),
        ('"VOD-999"', "known_issues.toml: CAP-1 is about VOD-999, which is not in support/gherkin/behaviours.toml"),
        ('""', "known_issues.toml is wrong: [CAP-1] say which: behaviour (an id such as VOD-040) or scenario"),
    ],
)
def test_known_issues_are_looked_at(tmp_path: Path, behaviour: str, sentence: str | None) -> None:
    file = tmp_path / "known_issues.toml"
    file.write_text(f'[CAP-1]\nreason="r"\nowner="o"\nuntil=2030-01-01\nmessage="m"\nbehaviour={behaviour}\n')
    found = [str(finding).removeprefix(f"{tmp_path}/") for finding in known_issue_findings(file)]
    assert found == [] if sentence is None else found[0].startswith(sentence)


def test_the_features_of_the_project_have_no_errors(tmp_path: Path) -> None:
    ended = ProjectCopy(tmp_path)
    process = ended.start("check", module="support.cli.main")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, output + errors
    assert output == "0 errors, 0 notes.\n"


class TestTheCommand:
    @pytest.mark.parametrize("name", ["empty", "notes.txt"])
    def test_what_holds_no_feature_is_told(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "notes.txt").touch()
        code, told = self.check(str(tmp_path / name))
        assert (code, "no feature" in told) == (ExitCode.USAGE, True)

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

    def test_what_cannot_be_read_is_told_once_and_in_our_words(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("      When", "      Wen"), encoding="utf-8")
        code, told = self.check(str(file))
        assert (code, told.splitlines()[1:]) == (ExitCode.FAILED, ["1 error, 0 notes."])

    def test_behave_lint_has_its_say(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("open to her", "open to her:"), encoding="utf-8")
        code, told = self.check(str(file))
        assert code == ExitCode.FAILED
        assert re.search(rf"{file}:\d+: Step .* ends with punctuation ':' \(BD005 of behave-lint\)", told)

    def test_a_note_fails_only_where_that_is_asked_for(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("@smoke @id.VOD-001", "@wip @id.VOD-001"), encoding="utf-8")
        code, told = self.check(str(file))
        assert (code, "note: " in told, told.endswith("0 errors, 1 note.\n")) == (ExitCode.PASSED, True, True)
        assert self.check("--strict", str(file))[0] == ExitCode.FAILED

    def test_a_file_that_is_not_there_is_told(self) -> None:
        code, told = self.check("features/vod/captoning.feature")
        assert (code, told) == (
            ExitCode.USAGE,
            "There is no features/vod/captoning.feature. Did you mean features/vod/captioning.feature?\n",
        )


def test_the_catalogue_of_behaviours_is_read() -> None:
    ids = behaviours()
    assert "VOD-040" in ids
    assert all(re.fullmatch(r"[A-Z]{2,5}-\d{3}", id) for id in ids)
    assert len(set(ids.values())) == len(ids)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[VOD]\n001 = "a"\n001 = "b"', "support/gherkin/behaviours.toml cannot be read, each number is used once: "),
        ('[families]\n[QUE]\n001 = "a"', "support/gherkin/behaviours.toml is wrong: [QUE] needs a line in [families]"),
        ('[families]\nQUE = "q"', "support/gherkin/behaviours.toml is wrong: [QUE] holds one sentence for each number"),
        ('[families]\nQUE = "q"\n[QUE]\n001 = 1', "support/gherkin/behaviours.toml is wrong: [QUE] holds one sentence"),
    ],
)
def test_a_slip_in_the_catalogue_is_told(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        parse_behaviours(text)


class TestLayout:
    def test_our_features_are_laid_out(self) -> None:
        for file in sorted((PROJECT / "features").rglob("*.feature")):
            text = file.read_text(encoding="utf-8")
            assert format_feature(text) == text, file

    def test_an_untidy_feature_becomes_tidy_and_stays_so(self) -> None:
        untidy = """@allure.label.epic:X
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
        tidy = """@allure.label.epic:X
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
        assert format_feature(untidy) == tidy
        assert format_feature(tidy) == tidy

    def test_a_byte_order_mark_is_taken_away(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD, encoding="utf-8-sig")
        looked = format.work(argparse.Namespace(paths=[file], check=True))
        assert (looked, capsys.readouterr().out) == (ExitCode.FAILED, f"{file} is not laid out\n")
        assert format.work(argparse.Namespace(paths=[file], check=False)) == ExitCode.PASSED
        assert file.read_text(encoding="utf-8") == GOOD

    def test_another_encoding_is_told_and_left_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD.replace("Words", "Caf\xe9"), encoding="latin-1")
        with pytest.raises(UsageError, match="is no UTF-8: save it in that encoding"):
            format.work(argparse.Namespace(paths=[file], check=False))

    @pytest.mark.parametrize("below", ['"""\n  {"title": "x"}\n', "| title | Town Hall\n"])
    def test_what_does_not_end_is_told_and_left_alone(self, tmp_path: Path, below: str) -> None:
        file = tmp_path / "one.feature"
        file.write_text(GOOD + below, encoding="utf-8")
        with pytest.raises(UsageError, match=r"does not end.*Nothing was laid out\."):
            format.work(argparse.Namespace(paths=[file], check=False))
        assert file.read_text(encoding="utf-8") == GOOD + below

    @pytest.mark.parametrize("quotes", QUOTES)
    def test_what_stands_between_quotes_keeps_its_indentation(self, quotes: str) -> None:
        text = f"Feature: x\n  Scenario: y\n  Given z\n  {quotes}\n  {{\n    deeper\n  {quotes}\n"
        assert f"      {quotes}\n      {{\n        deeper\n      {quotes}\n" in format_feature(text)


class TestNew:
    def test_it_writes_a_feature_that_is_laid_out_and_known(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for folder in ("vod", "interface", "thumbnails"):
            assert new.work(argparse.Namespace(title="Recordings get a thumbnail", folder=folder)) == 0
            file = tmp_path / "features" / folder / "recordings_get_a_thumbnail.feature"
            assert format_feature(file.read_text()) == file.read_text()
            monkeypatch.chdir(tmp_path)
            found = {
                f.message for feature in read_features([file.relative_to(tmp_path)]) for f in check_feature(feature)
            }
            assert found == {
                "here stands what `acceptance new` wrote: replace it by words of your own",
                "@wip says that this is being written: take it off when it is done",
            }
        told = capsys.readouterr().out
        assert "It runs as it is: behave features/" in told
        assert "A new capability: features/thumbnails/." in told
        assert told.count("and in [families] what THU is about") == 1

    @pytest.mark.parametrize(
        "title, folder, sentence",
        [
            ("Recordings", "vot", 'There is no folder "vot". Did you mean vod?'),
            ("Recordings", "Vod", '"Vod" is no folder name'),
            ("...", "vod", "The title needs letters"),
            ("Captioning", "vod", "There is features/vod/captioning.feature already"),
        ],
    )
    def test_what_cannot_be_written_is_told(
        self, monkeypatch: pytest.MonkeyPatch, title: str, folder: str, sentence: str
    ) -> None:
        monkeypatch.chdir(PROJECT)
        with pytest.raises(UsageError, match=re.escape(sentence)):
            new.work(argparse.Namespace(title=title, folder=folder))

    def test_numbers_go_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        last = max(int(id.removeprefix("VOD-")) for id in behaviours() if id.startswith("VOD-"))
        assert new.next_id("VOD") == f"VOD-{last + 1:03}"
        monkeypatch.chdir(tmp_path)
        (tmp_path / "features").mkdir()
        (tmp_path / "features" / "one.feature").write_text(GOOD.replace("VOD-001", "VOD-900"), encoding="utf-8")
        assert new.next_id("VOD") == "VOD-901"
        assert new.next_id("NEW") == "NEW-001"


def test_findings_are_told_with_their_place() -> None:
    assert str(Finding("a.feature:3", "wrong")) == "a.feature:3: wrong"
    assert str(Finding("", "wrong")) == "wrong"
