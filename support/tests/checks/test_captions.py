"""Whether captions and summary are found to say what a recording says, with cues made by hand."""

from dataclasses import replace
from typing import Any

import pytest

from support.checks import captions
from support.checks.scc import HEADER, Cue
from support.testdata.media import Recording, Segment

MEETING = Recording(
    title="City Council",
    path="city-council.wav",
    duration=20.0,
    condition="clear",
    segments=(
        Segment(0.0, 6.0, "Mayor", "Good evening. The council will come to order."),
        Segment(6.0, 12.0, "Clerk", "We received nine letters."),
        Segment(12.0, 20.0, "Mayor", "Let us take a vote on the bridge."),
    ),
)

# The Mayor's words need two cues; rows of a cue are divided by a newline. The first cue is seen once it is loaded.
CUES = [
    Cue(1.2, 3.0, "Good evening.\nThe council"),
    Cue(3.0, 6.0, "will come to order."),
    Cue(6.0, 12.0, "We received nine letters."),
    Cue(12.0, 20.0, "Let us take a vote\non the bridge."),
]

# "Hello", byte pair by byte pair, and an empty screen.
HELLO = "94ae 94ae 9420 9420 9470 9470 c8e5 ecec ef80 942c 942c 942f 942f"
CLEAR = "942c 942c"


def cues_with(index: int, **changes: Any) -> list[Cue]:
    return [replace(cue, **changes) if number == index else cue for number, cue in enumerate(CUES)]


class TestReading:
    def test_a_valid_file_becomes_cues(self) -> None:
        [cue] = captions.read("City Council", f"{HEADER}\n\n00:00:01;00\t{HELLO}\n\n00:00:03;00\t{CLEAR}\n")
        assert cue.text == "Hello"

    def test_an_invalid_file_is_told_with_its_line(self) -> None:
        with pytest.raises(AssertionError) as failure:
            captions.read("City Council", f"{HEADER}\n\n00:00:01\t{HELLO}\n")
        sentence = 'captions of "City Council": expected a valid SCC file, got an error in line 3: '
        sentence += 'invalid time code "00:00:01"'
        assert str(failure.value).startswith(sentence)

    def test_a_file_without_cues_is_told(self) -> None:
        with pytest.raises(AssertionError) as failure:
            captions.read("City Council", f"{HEADER}\n")
        assert str(failure.value) == 'cues of the captions of "City Council": expected at least 1, got 0'


class TestCoverage:
    def test_cues_that_follow_each_other_to_the_end_cover_the_recording(self) -> None:
        captions.require_coverage("City Council", CUES, 20)

    def test_a_cue_that_nothing_takes_away_covers_the_rest(self) -> None:
        captions.require_coverage("City Council", cues_with(3, end=None), 3600)

    def test_the_first_cue_may_take_its_time_to_load(self) -> None:
        captions.require_coverage("City Council", cues_with(0, start=captions.LOADING), 20)

    def test_every_gap_is_told(self) -> None:
        with pytest.raises(AssertionError) as failure:
            captions.require_coverage("City Council", [CUES[0], CUES[2]], 20)
        assert str(failure.value) == (
            'captions of "City Council": expected 20 s without a gap, got gaps from 3.0 to 6.0 s, 12.0 to 20.0 s'
        )


class TestFaithfulness:
    def test_all_words_in_their_time_pass(self) -> None:
        captions.require_faithful("City Council", CUES, MEETING)

    def test_how_the_words_are_divided_into_rows_and_cues_does_not_matter(self) -> None:
        whole = [Cue(1.2, 6.0, "Good evening. The\ncouncil will\ncome to order."), *CUES[2:]]
        captions.require_faithful("City Council", whole, MEETING)

    def test_a_recording_without_words_has_none_to_show(self) -> None:
        captions.require_faithful("Empty Chamber", [], replace(MEETING, segments=()))

    @pytest.mark.parametrize(
        "cues",
        [
            CUES[:-1],
            [*CUES, Cue(20.0, 21.0, "Thank you.")],
            [CUES[1], CUES[0], *CUES[2:]],
            cues_with(2, text="We received ten letters."),
        ],
        ids=["missing", "added", "in another order", "changed"],
    )
    def test_words_that_differ_are_told(self, cues: list[Cue]) -> None:
        with pytest.raises(AssertionError, match=r'^words of the captions of "City Council": expected "Good evening'):
            captions.require_faithful("City Council", cues, MEETING)

    @pytest.mark.parametrize(
        "cues, sentence",
        [
            (
                cues_with(2, start=7.0),
                r'start of the caption "We received nine letters\." of "City Council": expected 6\.00 s',
            ),
            (cues_with(2, start=5.0), r"expected 6\.00 s, got 5\.00 s"),
            (cues_with(0, start=1.6), r"expected 0\.00 s, got 1\.60 s"),
            (cues_with(2, end=11.0), r"expected 12\.00 s, got 11\.00 s"),
            (cues_with(3, end=21.0), r"expected 20\.00 s, got 21\.00 s"),
            (cues_with(3, end=None), r"expected 20\.00 s, got none"),
        ],
        ids=["late", "early", "loading too long", "gone early", "staying late", "staying for ever"],
    )
    def test_a_time_that_is_wrong_is_told(self, cues: list[Cue], sentence: str) -> None:
        with pytest.raises(AssertionError, match=sentence):
            captions.require_faithful("City Council", cues, MEETING)

    def test_a_few_frames_are_forgiven(self) -> None:
        captions.require_faithful("City Council", cues_with(2, start=6.0 + captions.TOLERANCE - 0.01), MEETING)
        captions.require_faithful("City Council", cues_with(2, end=12.0 - captions.TOLERANCE + 0.01), MEETING)

    def test_a_cue_that_mixes_two_speakers_is_told(self) -> None:
        mixed = [*CUES[:1], Cue(3.0, 12.0, "will come to order. We received nine letters."), CUES[3]]
        with pytest.raises(AssertionError) as failure:
            captions.require_faithful("City Council", mixed, MEETING)
        assert str(failure.value) == (
            'speakers of the cue "will come to order. We received nine letters.": expected 1, got words of the next'
        )


# Seven cues of a single speaker's words, and one of the next speaker's.
LONG = replace(
    MEETING,
    segments=(Segment(0.0, 7.0, "Mayor", "one two three four five six seven"), Segment(7.0, 9.0, "Clerk", "eight")),
)
WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
LONG_CUES = [Cue(float(number), number + 1.0, word) for number, word in enumerate(WORDS)]


class TestSummary:
    def chunks(self, **changes: object) -> list[dict[str, object]]:
        """Return the right summary of LONG, with changes to its second chunk."""
        return [
            {"start": 0.0, "speaker": "Mayor", "text": "one two three four five"},
            {"start": 5.0, "speaker": "Mayor", "text": "six seven eight", **changes},
        ]

    def test_a_chunk_for_every_five_cues_passes(self) -> None:
        captions.require_summary("City Council", self.chunks(), LONG_CUES, LONG)

    def test_a_missing_chunk_is_told(self) -> None:
        with pytest.raises(AssertionError) as failure:
            captions.require_summary("City Council", self.chunks()[:1], LONG_CUES, LONG)
        assert str(failure.value) == 'number of chunks in the summary of "City Council": expected 2, got 1'

    def test_words_that_differ_are_told(self) -> None:
        with pytest.raises(AssertionError, match=r'^words of a chunk of "City Council": expected .*seven'):
            captions.require_summary("City Council", self.chunks(text="six eight"), LONG_CUES, LONG)

    def test_captions_that_lack_words_of_the_recording_are_told(self) -> None:
        with pytest.raises(AssertionError, match=r'^words of the captions of "City Council": expected "one two'):
            captions.require_summary("City Council", [], [], LONG)

    def test_rows_do_not_matter(self) -> None:
        captions.require_summary("City Council", self.chunks(text="six\nseven  eight"), LONG_CUES, LONG)

    def test_a_wrong_speaker_is_told(self) -> None:
        with pytest.raises(AssertionError) as failure:
            captions.require_summary("City Council", self.chunks(speaker="Clerk"), LONG_CUES, LONG)
        assert str(failure.value) == 'speaker of the chunk "six seven eight": expected "Mayor", got "Clerk"'

    @pytest.mark.parametrize("start", [4.5, 6.0])
    def test_a_wrong_begin_is_told(self, start: float) -> None:
        with pytest.raises(
            AssertionError, match=rf'start of the chunk "six seven eight": expected 5\.00 s, got {start:.2f} s'
        ):
            captions.require_summary("City Council", self.chunks(start=start), LONG_CUES, LONG)


def test_time_codes_must_stay_with_the_clock() -> None:
    captions.require_drop_frame("City Council", "Scenarist_SCC V1.0\n\n00:00:01;00\t9420\n")
    with pytest.raises(AssertionError, match=r"expected drop-frame .* got 00:00:01:00"):
        captions.require_drop_frame("City Council", "Scenarist_SCC V1.0\n\n00:00:01:00\t9420\n")
