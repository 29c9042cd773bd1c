"""Features are looked at without being run: what is told of each mistake, and how they are laid out."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support import new
from support.check import Finding, known_ids, known_issue_findings, look_at, own_findings
from support.layout import laid_out
from support.tests.project import PROJECT, ProjectCopy
from support.vocabulary import read_features

GOOD = """@allure.label.epic:Video_on_demand
Feature: Taking a recording in
  Words for a reader.

  Rule: One

    @smoke @id.VOD-001
    Scenario: It is taken in
      Given Dana is signed in
      When she opens the protected page
      Then the protected page is open to her
"""


@pytest.fixture
def look(tmp_path: Path) -> Callable[[str], list[str]]:
    def look(text: str) -> list[str]:
        file = tmp_path / "one.feature"
        file.write_text(text, encoding="utf-8")
        return [str(finding) for feature in read_features([file]) for finding in look_at(feature)]

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
        ("Then the protected page is open to her\n", "And she signs out\n", "it has no Then"),
        ("It is taken in", "It is " + "very " * 20 + "long", "the title has 110 characters"),
        ("she opens the protected page", "she sends GET /api/vod/list", '"GET /" is a technical word'),
        ("@smoke", "@readonly @needs.writes", "contradict each other"),
    ],
)
def test_a_mistake_is_found(look: Callable[[str], list[str]], old: str, new: str, sentence: str) -> None:
    found = look(GOOD.replace(old, new))
    assert any(re.search(sentence, one) for one in found), found
    assert all(re.match(r"\S+one\.feature:\d+: ", one) for one in found)


def test_a_title_is_taken_once(look: Callable[[str], list[str]]) -> None:
    twice = GOOD + GOOD.partition("Rule: One\n")[2].replace("VOD-001", "VOD-002")
    assert any('the title "It is taken in" is taken already' in one for one in look(twice))


class TestIdsStepsAndSecrets:
    def told(self, tmp_path: Path, text: str) -> list[str]:
        file = tmp_path / "one.feature"
        file.write_text(text, encoding="utf-8")
        return [finding.sentence for finding in own_findings([file], whole=False)]

    def test_an_unknown_id(self, tmp_path: Path) -> None:
        assert any("VOD-999 is not in" in one for one in self.told(tmp_path, GOOD.replace("VOD-001", "VOD-999")))

    def test_no_id(self, tmp_path: Path) -> None:
        assert any("names no behaviour" in one for one in self.told(tmp_path, GOOD.replace(" @id.VOD-001", "")))

    def test_an_id_in_two_features(self, tmp_path: Path) -> None:
        files = [tmp_path / "one.feature", tmp_path / "two.feature"]
        for file in files:
            file.write_text(GOOD, encoding="utf-8")
        told = [finding.sentence for finding in own_findings(files, whole=False)]
        assert any("VOD-001 is shown in" in one for one in told)

    def test_an_unknown_step(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(PROJECT)
        told = self.told(tmp_path, GOOD.replace("is signed in", "is logged in"))
        assert any("No step says: Given Dana is logged in" in one for one in told)

    @pytest.mark.parametrize(
        "line",
        ["      | password | hunter2secret |", '"password": "hunter2secret"', "Authorization: Bearer abcdefghijk"],
    )
    def test_a_secret(self, tmp_path: Path, line: str) -> None:
        assert any("looks like a secret" in one for one in self.told(tmp_path, GOOD + "      # " + line + "\n"))

    @pytest.mark.parametrize("line", ["| password | {a unique name} |", "a wrong password is refused", "token is gone"])
    def test_what_is_no_secret(self, tmp_path: Path, line: str) -> None:
        assert not any("secret" in one for one in self.told(tmp_path, GOOD + "      # " + line + "\n"))

    def test_what_is_no_feature(self, tmp_path: Path) -> None:
        assert any("this is no feature" in one for one in self.told(tmp_path, "Scenario without a feature\n"))


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ('"VOD-001"', None),
        ('"VOD-999"', "known_issues.toml: CAP-1 is about VOD-999, which is not in catalogue.toml"),
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
    process = ended.start("check", module="support.cli")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, output + errors
    assert "\n0 errors" in output


def test_the_catalogue_of_behaviours_is_read() -> None:
    ids = known_ids()
    assert "VOD-040" in ids
    assert all(re.fullmatch(r"[A-Z]{2,5}-\d{3}", id) for id in ids)
    assert len(set(ids.values())) == len(ids)


class TestLayout:
    def test_our_features_are_laid_out(self) -> None:
        for file in sorted((PROJECT / "features").rglob("*.feature")):
            text = file.read_text(encoding="utf-8")
            assert laid_out(text) == text, file

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
        assert laid_out(untidy) == tidy
        assert laid_out(tidy) == tidy


class TestNew:
    def test_it_writes_a_feature_that_is_laid_out_and_known(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for folder in ("vod", "interface", "thumbnails"):
            assert new.work(argparse.Namespace(title="Recordings get a thumbnail", folder=folder)) == 0
            file = tmp_path / "features" / folder / "recordings_get_a_thumbnail.feature"
            assert laid_out(file.read_text()) == file.read_text()
            monkeypatch.chdir(tmp_path)
            assert [
                finding for feature in read_features([file.relative_to(tmp_path)]) for finding in look_at(feature)
            ] == []
        assert "It runs as it is: behave features/" in capsys.readouterr().out

    def test_numbers_go_on(self) -> None:
        assert new.next_id("VOD") == "VOD-104"
        assert new.next_id("NEW") == "NEW-001"


def test_findings_are_told_with_their_place() -> None:
    assert str(Finding("a.feature:3", "wrong")) == "a.feature:3: wrong"
    assert str(Finding("", "wrong")) == "wrong"
