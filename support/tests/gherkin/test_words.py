"""The word gate: rejected words are found in every type of file, with path, line and replacement."""

from pathlib import Path

import pytest

from support.errors import UsageError
from support.gherkin.words import parse_word_list, rejected_in, rejected_words, text_files, word_list

PLANTED = {
    "features/a.feature": "Feature: x\n  Scenario: Nob" + "ody signs in\n",
    "steps/a.py": "x = 1\ndef require_to" + "ld(x: int) -> None: ...\n",
    "support/a.py": 'def f() -> None:\n    """Me' + 'nd the part."""\n',
    "support/b.py": "x = 1\ny = 2  # who" + "ever asks\n",
    "support/c.py": 'x = 1\ny = "There is some' + 'body"\n',
    "support/d.py": "x = 1\nMAX_DEE" + "DS = 3\n",
    "support/docs/a.md": "# Title\nWhat stands be" + "low.\n",
    "support/a.toml": "a = 1\n# ma" + "de-up names\n",
    "support/a.html": "<p>\nwhat" + "ever comes of it</p>\n",
    ".github/workflows/a.yml": "a:\n  # hands " + "in\n",
}


@pytest.mark.parametrize("file", PLANTED)
def test_a_rejected_word_is_found_in_each_type_of_file(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(PLANTED[file], encoding="utf-8")
    found = list(rejected_words(tmp_path))
    assert found
    assert {one.place for one in found} == {f"{file}:2"}
    assert str(found[0]) == f'{file}:2: "{found[0].word}" -> {found[0].instead}'


@pytest.mark.parametrize("text", ["recommend", "tellurium", "foretold", "amended", "bookshelf", "indeed"])
def test_a_part_of_another_word_is_accepted(text: str) -> None:
    assert list(rejected_in("a.py", f"{text} {text}_1")) == []


def test_each_word_has_a_replacement_and_each_exception_a_reason() -> None:
    assert all(word.instead for word in word_list())
    assert all(one.reason for word in word_list() for one in word.exceptions)


def test_an_exception_without_a_reason_is_rejected() -> None:
    with pytest.raises(UsageError, match="'reason'"):
        parse_word_list('[[word]]\npattern = "a"\ninstead = "b"\nexceptions = [{ files = "*" }]')


def test_an_exception_applies_to_its_files_and_text_only() -> None:
    [word] = parse_word_list(
        '[[word]]\npattern = "a"\ninstead = "b"\nexceptions = [{ files = "docs/*", text = "of a", reason = "quoted" }]'
    )
    [exception] = word.exceptions
    assert exception.applies("docs/x.md", "name of a")
    assert not exception.applies("docs/x.md", "a name")
    assert not exception.applies("x.md", "name of a")


def test_hidden_and_generated_files_are_ignored(tmp_path: Path) -> None:
    for name in (".venv/a.py", "reports/a.html", "a/__pycache__/b.py", "a/b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert text_files(tmp_path) == [tmp_path / "a" / "b.py"]
