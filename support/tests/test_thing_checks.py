"""The checks of things: each must fail, with a sentence, where a thing is not as it should be."""

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from support.clients.things import DOCUMENT, KINDS, POSITION, SESSION, Thing, content_of
from support.granting import NotGranted
from support.personas import PERSONAS
from support.things import checks as check

BEFORE = {"id": "1", "ticker": "AAPL", "state": "initialized"}


def thing(kind: Any = SESSION, called: str = "AAPL") -> Thing:
    return Thing(kind, "1", called, called, PERSONAS["Ravi"], "/somewhere", BEFORE)


class TestStored:
    ROW: ClassVar = {**BEFORE, "owner": "ravi"}

    def test_passes_where_api_and_database_agree(self) -> None:
        check.stored(thing(), BEFORE, lambda: self.ROW, {"state": "initialized"}, "ravi")

    @pytest.mark.parametrize(
        ("told", "row", "sentence"),
        [
            (BEFORE, None, 'the research session "AAPL" should have a row in the database, but has none'),
            (BEFORE, {**ROW, "owner": "nora"}, 'the owner of .* in the database should be "ravi", but was "nora"'),
            (BEFORE, {**ROW, "state": "failed"}, 'in the database: state should be "initialized", but was "failed"'),
            ({**BEFORE, "state": "failed"}, ROW, 'in the API: state should be "initialized", but was "failed"'),
            ({**BEFORE, "ticker": "MSFT"}, ROW, 'the name of .* in the API should be "AAPL", but was "MSFT"'),
        ],
    )
    def test_fails_with_the_place_and_the_field(self, told: Any, row: Any, sentence: str) -> None:
        with pytest.raises(AssertionError, match=sentence):
            check.stored(thing(), told, lambda: row, {"state": "initialized"}, "ravi")


class TestWithoutADatabase:
    """What the API tells is held against what was wanted before anybody asks for the row."""

    def no_database(self) -> None:
        raise NotGranted("database", "nobody may look")

    def test_a_difference_in_the_api_is_told(self) -> None:
        with pytest.raises(AssertionError, match='in the API: state should be "initialized", but was "failed"'):
            check.stored(thing(), {**BEFORE, "state": "failed"}, self.no_database, {"state": "initialized"}, "ravi")

    def test_a_thing_that_should_be_gone_is_told(self) -> None:
        answer: Any = SimpleNamespace(status=200)
        with pytest.raises(AssertionError, match="should be 404, but was 200"):
            check.fate(thing(), "permanently deleted", answer, self.no_database)


class TestFate:
    @pytest.mark.parametrize(
        ("wanted", "status", "row"),
        [
            ("there", 200, {"deleted_at": None}),
            ("hidden", 404, {"deleted_at": "now"}),
            ("permanently deleted", 404, None),
        ],
    )
    def test_each_is_told_from_the_others(self, wanted: str, status: int, row: Any) -> None:
        for fate in ("there", "hidden", "permanently deleted"):
            answer: Any = SimpleNamespace(status=status)
            if fate == wanted:
                check.fate(thing(), fate, answer, lambda: row)
            else:
                with pytest.raises(AssertionError, match="should be"):
                    check.fate(thing(), fate, answer, lambda: row)


class TestListed:
    FOUND: ClassVar = [{"source_id": "a · m", "score": 0.9}, {"source_id": "b · m", "score": 0.5}]

    def test_order_number_and_fields_count(self) -> None:
        shown = {"results": self.FOUND, "total": 7}
        check.listed(DOCUMENT, shown, [("a", {}), ("b", {"score": 0.5})], 7, "m")
        for names, total in (("ba", 7), ("a", 7), ("ab", 2)):
            with pytest.raises(AssertionError):
                check.listed(DOCUMENT, shown, [(name, {}) for name in names], total, "m")

    def test_scores_must_fall_and_lie_between_0_and_1(self) -> None:
        rising = {"results": self.FOUND[::-1], "total": 2}
        with pytest.raises(AssertionError, match="should fall from best to worst"):
            check.listed(DOCUMENT, rising, [("b", {}), ("a", {})], 2, "m")
        with pytest.raises(AssertionError, match="between 0 and 1"):
            check.listed(DOCUMENT, {"results": [{"source_id": "a · m", "score": 2}], "total": 1}, [("a", {})], 1, "m")


def test_a_batch_tells_which_item_was_refused() -> None:
    told = {
        "results": [{"index": 0, "id": "1", "errors": []}, {"index": 1, "id": None, "errors": [{"field": "content"}]}],
        "stored": 1,
        "refused": 1,
    }
    check.batch(told, 2, {2: "content"})
    for refused in ({1: "content"}, {2: "source_id"}, {}):
        with pytest.raises(AssertionError):
            check.batch(told, 2, refused)


def test_a_position_is_found_in_its_portfolio() -> None:
    assert content_of(thing(POSITION), {"positions": [{"id": "1", "ticker": "AAPL"}]}) == {"id": "1", "ticker": "AAPL"}
    with pytest.raises(AssertionError, match='the position "AAPL" should stand in its portfolio, but does not'):
        content_of(thing(POSITION), {"positions": []})


class TestAudit:
    COUNTS: ClassVar = {kind.listed: 1 for kind in KINDS.values() if kind.owner}
    ENTRY: ClassVar = {"id": "9", "user_id": "1", "action": "erasure", "counts": COUNTS, "created_at": "now"}

    def test_one_entry_with_counts_and_nothing_else(self) -> None:
        check.audit([self.ENTRY], "1", self.COUNTS, ["nora"])

    @pytest.mark.parametrize(
        "entries",
        [
            [],
            [ENTRY, ENTRY],
            [{**ENTRY, "user_id": "2"}],
            [{**ENTRY, "action": "nora left"}],
            [{**ENTRY, "name": "nora"}],
            [{**ENTRY, "counts": {**COUNTS, "documents": 0}}],
        ],
    )
    def test_anything_else_fails(self, entries: Any) -> None:
        with pytest.raises(AssertionError):
            check.audit(entries, "1", self.COUNTS, ["nora"])

    def test_personal_words_in_it_are_told(self) -> None:
        with pytest.raises(AssertionError, match="should name nothing personal"):
            check.audit([{**self.ENTRY, "created_at": "nora"}], "1", self.COUNTS, ["nora"])
