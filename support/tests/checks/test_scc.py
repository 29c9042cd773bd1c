"""The reader of SCC files: hand-made files, good and bad, and one that a library wrote."""

from itertools import pairwise

import pytest
from pycaption import Caption, CaptionList, CaptionNode, CaptionSet
from pycaption.scc import SCCWriter

from support.checks.scc import HEADER, Cue, SccError, gaps, parse

FRAME = 1001 / 30000

# "Hello": its first byte pair goes out at 1 s, EOC is the eighth, so it is seen from the ninth frame on.
HELLO = "94ae 94ae 9420 9420 9470 9470 c8e5 ecec ef80 942c 942c 942f 942f"
HELLO_EOC = 12
CLEAR = "942c 942c"


def scc(*lines: str) -> str:
    return "\n\n".join([HEADER, *lines]) + "\n"


def words(text: str) -> str:
    """Write text in byte pairs with odd parity."""
    data = text.encode("ascii") + b"\0" * (len(text) % 2)
    odd = bytes(byte if byte.bit_count() % 2 else byte | 0x80 for byte in data)
    return odd.hex(" ", 2)


def caption(*rows: str) -> str:
    """Write a caption; each row is a preamble address code and what follows it."""
    return " ".join(["94ae 9420", *rows, "942c 942f"])


def shown(*rows: str) -> str:
    [cue] = parse(scc(f"00:00:01;00\t{caption(*rows)}"))
    return cue.text


class TestTimes:
    def test_a_caption_is_seen_once_it_is_loaded_until_it_is_cleared(self) -> None:
        [cue] = parse(scc(f"00:00:01:00\t{HELLO}", f"00:00:03:15\t{CLEAR}"))
        assert cue.text == "Hello"
        assert cue.start == pytest.approx((30 + HELLO_EOC) * FRAME)
        assert cue.end == pytest.approx((105 + 1) * FRAME)

    def test_a_caption_that_nothing_clears_has_no_end(self) -> None:
        assert [cue.end for cue in parse(scc(f"00:00:01:00\t{HELLO}"))] == [None]

    def test_the_next_caption_takes_the_place_of_the_last(self) -> None:
        without_clear = HELLO.replace("942c 942c ", "")
        first, second = parse(scc(f"00:00:01:00\t{HELLO}", f"00:00:05:00\t{without_clear}"))
        assert first.end == second.start == pytest.approx((150 + HELLO_EOC - 2) * FRAME)

    @pytest.mark.parametrize(
        "code, frame",
        [
            ("00:00:59;29", 1799),
            ("00:01:00;02", 1800),
            ("00:09:59;29", 17981),
            ("00:10:00;00", 17982),
            ("01:00:00;00", 107892),
            ("23:59:59;29", 2589407),
            ("00:01:00:00", 1800),
            ("01:00:00:00", 108000),
        ],
    )
    def test_time_codes_count_frames(self, code: str, frame: int) -> None:
        [cue] = parse(scc(f"{code}\t{HELLO}"))
        assert cue.start == pytest.approx((frame + HELLO_EOC) * FRAME)

    def test_drop_frame_keeps_to_the_clock(self) -> None:
        [cue] = parse(scc(f"01:00:00;00\t{HELLO}"))
        assert cue.start - HELLO_EOC * FRAME == pytest.approx(3600, abs=0.01)

    def test_a_line_waits_until_the_one_before_is_sent(self) -> None:
        _, second = parse(scc(f"00:00:01:00\t{HELLO}", f"00:00:01:05\t{HELLO}"))
        assert second.start == pytest.approx((30 + len(HELLO.split()) + HELLO_EOC) * FRAME)

    def test_a_caption_may_be_loaded_in_several_lines(self) -> None:
        [cue] = parse(scc(f"00:00:01:00\t9420 9470 {words('Hello')}", f"00:00:02:00\t{words(' you')} 942f"))
        assert cue.text == "Hello you"
        assert cue.start == pytest.approx((60 + 3) * FRAME)

    def test_filling_takes_time_and_does_nothing_else(self) -> None:
        [cue] = parse(scc(f"00:00:01:00\t9420 9470 8080 {words('Hello')} 8080 8080 942f"))
        assert cue.text == "Hello"
        assert cue.start == pytest.approx((30 + 9) * FRAME)

    def test_a_file_without_captions_has_no_cues(self) -> None:
        assert parse(HEADER) == parse(scc(f"00:00:01:00\t{CLEAR}")) == []

    def test_line_ends_of_other_systems_are_read(self) -> None:
        assert len(parse(scc(f"00:00:01:00\t{HELLO}").replace("\n", "\r\n"))) == 1


class TestText:
    def test_the_basic_set_differs_from_ascii(self) -> None:
        assert shown(f"9470 {words('*')} {words('^_`{|}~')} dc7f") == "áíóúç÷Ññé█"
        assert shown(f"9470 {words(' !#$%&()+,-./0123456789:;<=>?@')}") == "!#$%&()+,-./0123456789:;<=>?@"

    @pytest.mark.parametrize(
        "codes, text",
        [
            ("91b0", "®"),
            ("91b6", "£"),
            ("9137", "♪"),
            ("91bf", "û"),
            ("91b6 91b6", "£"),
            ("91b6 91b6 91b6", "££"),
            ("91b6 8080 91b6", "££"),
            ("9137 91b9 9138", "♪ à"),
        ],
    )
    def test_special_characters_are_control_codes_and_may_be_sent_twice(self, codes: str, text: str) -> None:
        assert shown(f"9470 {codes}") == text

    @pytest.mark.parametrize(
        "codes, text",
        [
            (f"{words('aE')} 92a1", "aÉ"),
            (f"{words('aE')} 92a1 92a1", "aÉ"),
            (f"{words('a')} 92bf", "»"),
            (f"{words('a')} 13a2", "Í"),
            (f"{words('s')} 1334", "ß"),
            (f"{words('x')} 13bf", "┘"),
            ("922a", "—"),
        ],
    )
    def test_extended_characters_replace_the_one_before(self, codes: str, text: str) -> None:
        assert shown(f"9470 {codes}") == text

    def test_rows_are_read_from_the_top(self) -> None:
        assert shown(f"9470 {words('below')}", f"1370 {words('above')}") == "above\nbelow"

    @pytest.mark.parametrize(
        "code",
        [
            "91d0",
            "9170",
            "92d0",
            "9270",
            "15d0",
            "1570",
            "16d0",
            "1670",
            "97d0",
            "9770",
            "10d0",
            "13d0",
            "1370",
            "94d0",
        ],
    )
    def test_the_preamble_codes_of_all_rows_are_above_the_last(self, code: str) -> None:
        assert shown(f"9470 {words('last')}", f"{code} {words('this')}") == "this\nlast"

    def test_the_rows_are_in_the_order_of_the_standard(self) -> None:
        codes = ["91d0", "9170", "92d0", "9270", "15d0", "1570", "16d0", "1670", "97d0", "9770", "10d0", "13d0", "1370"]
        codes += ["94d0", "9470"]
        for upper, lower in pairwise(codes):
            assert shown(f"{lower} {words('lower')}", f"{upper} {words('upper')}") == "upper\nlower"

    def test_indents_tabs_and_styles_are_columns(self) -> None:
        # Indent 8, tab 3: column 11; italics take a column.
        assert shown(f"9470 {words('Hello')}", f"94f4 9723 91ae {words('you')}") == "Hello       you"
        assert shown(f"94ce {words('Hello')}") == "Hello"

    def test_backspace_and_delete_to_end_of_row_erase(self) -> None:
        assert shown(f"9470 {words('Hellp')} 94a1 {words('o')}") == "Hello"
        assert shown(f"9470 {words('Hello you')}", "94f2 97a1 94a4") == "Hello"

    def test_memory_that_is_not_erased_is_seen_again(self) -> None:
        first = f"9420 9470 {words('first')} 942f"
        second = f"9420 1370 {words('second')} 942f"
        third = f"9420 94d0 {words('third')} 942f"
        cues = parse(scc(f"00:00:01:00\t{first}", f"00:00:02:00\t{second}", f"00:00:03:00\t{third}"))
        assert [cue.text for cue in cues] == ["first", "second", "third\nfirst"]

    def test_a_row_may_be_full(self) -> None:
        assert shown(f"9470 {words('x' * 32)}") == "x" * 32

    def test_four_rows_are_read(self) -> None:
        rows = [f"{code} {words(code)}" for code in ("13d0", "1370", "94d0", "9470")]
        assert shown(*rows) == "13d0\n1370\n94d0\n9470"


GOOD = f"00:00:01;00\t{HELLO}"


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", 'line 1: expected "Scenarist_SCC V1.0", got ""'),
        (f"Scenarist_SCC V2.0\n\n{GOOD}", 'line 1: expected "Scenarist_SCC V1.0"'),
        (f"\n{HEADER}\n\n{GOOD}", "line 1: expected"),
        (f"\ufeff{HEADER}\n\n{GOOD}", "line 1: expected"),
        (scc(f"00:00:01\t{HELLO}"), 'line 3: invalid time code "00:00:01"'),
        (scc(f"00:00:01.00\t{HELLO}"), 'line 3: invalid time code "00:00:01.00"'),
        (scc(f"00;00;01;00\t{HELLO}"), 'line 3: invalid time code "00;00;01;00"'),
        (scc(f"00:00:01:30\t{HELLO}"), 'line 3: invalid time code "00:00:01:30"'),
        (scc(f"00:00:60:00\t{HELLO}"), 'line 3: invalid time code "00:00:60:00"'),
        (scc(f"00:60:00:00\t{HELLO}"), 'line 3: invalid time code "00:60:00:00"'),
        (scc(f"24:00:00:00\t{HELLO}"), 'line 3: invalid time code "24:00:00:00"'),
        (scc(f"00:01:00;00\t{HELLO}"), "line 3: time code 00:01:00;00 does not exist"),
        (scc(f"00:19:00;01\t{HELLO}"), "line 3: time code 00:19:00;01 does not exist"),
        (scc(GOOD, f"00:00:02:00\t{CLEAR}"), "line 5: time code 00:00:02:00 mixes"),
        (scc(f"00:00:02:00\t{HELLO}", f"00:00:01:29\t{CLEAR}"), "line 5: time code 00:00:01:29 is out of order"),
        (scc(GOOD, f"00:00:01;00\t{CLEAR}"), "line 5: time code 00:00:01;00 is out of order"),
        (scc("00:00:01;00 942c"), "line 3: expected a time code, a tab and data"),
        (scc("00:00:01;00\t "), "line 3: there is no data after the time code"),
        (scc("00:00:01;00\t942c 942"), 'line 3: "942" is not four hexadecimal digits'),
        (scc("00:00:01;00\t942c 94zc"), 'line 3: "94zc" is not four hexadecimal digits'),
        (scc("00:00:01;00\t142c"), "line 3: byte 14 of word 142c has even parity"),
        (scc("00:00:01;00\t94ac"), "line 3: byte ac of word 94ac has even parity"),
        (scc("00:00:01;00\t9420 9470 c865"), "line 3: byte 65 of word c865 has even parity"),
        (scc("00:00:01;00\t9420 94a2"), "line 3: code 94a2 is unknown"),
        (scc("00:00:01;00\t9420 97b0"), "line 3: code 97b0 is unknown"),
        (scc("00:00:01;00\t9420 10e0"), "line 3: code 10e0 is unknown"),
        (scc("00:00:01;00\t9420 9180"), "line 3: code 9180 is unknown"),
        (scc("00:00:01;00\t9425 9425 94ad"), "line 3: code 9425 belongs to roll-up captions, which is not covered"),
        (scc("00:00:01;00\t9429"), "line 3: code 9429 belongs to paint-on captions, which is not covered"),
        (scc("00:00:01;00\t1c20"), "line 3: code 1c20 belongs to another channel than CC1, which is not covered"),
        (scc("00:00:01;00\t1520"), "line 3: code 1520 belongs to the second field, which is not covered"),
        (scc("00:00:01;00\t0102"), "line 3: code 0102 is neither text nor a control code"),
        (scc("00:00:01;00\t9420 6101"), "line 3: code 6101 is neither text nor a control code"),
        (scc(f"00:00:01;00\t{words('Hello')} 942f"), "line 3: text without the start of a pop-on caption"),
        (scc("00:00:01;00\t9470 942f"), "line 3: text without the start of a pop-on caption"),
        (scc(GOOD, f"00:00:02;00\t9470 {words('you')} 942f"), "line 5: text without the start"),
        (scc("00:00:01;00\t94ae 942f"), r"line 3: a caption is displayed \(EOC, 942f\) that was never started"),
        (scc(GOOD, f"00:00:02;00\t9420 9470 {words('you')} 942c"), "line 5: the caption that starts here is never"),
        (scc(f"00:00:01;00\t{caption('9470', words('x' * 33))}"), "line 3: row 15 has more than 32 characters"),
        (scc(f"00:00:01;00\t{caption('94fe', words('x' * 5))}"), "line 3: row 15 has more than 32 characters"),
        (scc(f"00:00:01;00\t{caption('13d0', words('x' * 32), '91b6')}"), "line 3: row 12 has more than 32 characters"),
        (
            scc(f"00:00:01;00\t{caption(*(f'{pac} 6180' for pac in ('10d0', '13d0', '1370', '94d0', '9470')))}"),
            "line 3: the caption has more than 4 rows",
        ),
    ],
)
def test_a_bad_file_is_refused_for_its_reason(text: str, problem: str) -> None:
    with pytest.raises(SccError, match=f"^{problem}"):
        parse(text)


class TestCoverage:
    CUES = (Cue(0.5, 10, "one"), Cue(10.1, 20, "two"), Cue(25, 30, "three"))

    def test_gaps_longer_than_the_tolerance_are_found(self) -> None:
        assert gaps(self.CUES, 30, 1) == [(20, 25)]
        assert gaps(self.CUES, 30, 0.2) == [(0, 0.5), (20, 25)]
        assert gaps(self.CUES, 32, 1) == [(20, 25), (30, 32)]

    def test_what_is_after_the_end_does_not_count(self) -> None:
        assert gaps(self.CUES, 22, 1) == [(20, 22)]
        assert not gaps(self.CUES, 20.5, 1)

    @pytest.mark.parametrize("seconds, tolerance, found", [(30, 5, 0), (30, 4.9, 1), (35, 5, 0), (36, 5, 1)])
    def test_a_gap_as_long_as_the_tolerance_is_none(self, seconds: float, tolerance: float, found: int) -> None:
        assert len(gaps(self.CUES, seconds, tolerance)) == found

    def test_a_cue_without_end_stays(self) -> None:
        assert not gaps([Cue(0, None, "one")], 3600, 0)

    def test_no_cues_cover_nothing(self) -> None:
        assert gaps([], 300, 1) == [(0, 300)]
        assert not gaps([], 0, 0)

    def test_cues_may_overlap(self) -> None:
        assert not gaps([Cue(0, 10, "long"), Cue(1, 2, "short"), Cue(10, 11, "next")], 11, 0)


class TestPycaption:
    """What the library writes is read back; it knows nothing of this reader, nor this reader of it."""

    TEXTS = (
        (2.0, 6.5, "Good evening."),
        (6.5, 11.02, "The council will come to order,\nand the clerk calls the roll."),
        (11.02, 17.0, "El niño comió ¿qué? £5 ♪"),
        (59.95, 62.0, "Across the minute"),
        (601.3, 605.0, 'It\'s 50% of "everything"'),
        (3600.0, 3605.5, "An hour later"),
    )

    def written(self, *, drop_frame: bool) -> str:
        captions = CaptionList(
            [
                Caption(round(start * 1_000_000), round(end * 1_000_000), self.nodes(text))
                for start, end, text in self.TEXTS
            ]
        )
        return str(SCCWriter(drop_frame=drop_frame).write(CaptionSet({"en-US": captions})))

    @staticmethod
    def nodes(text: str) -> list[CaptionNode]:
        first, *others = text.split("\n")
        nodes = [CaptionNode.create_text(first)]
        for line in others:
            nodes += [CaptionNode.create_break(), CaptionNode.create_text(line)]
        return nodes

    @pytest.mark.parametrize("drop_frame", [True, False])
    def test_texts_and_times_come_back(self, drop_frame: bool) -> None:
        cues = parse(self.written(drop_frame=drop_frame))
        assert [cue.text for cue in cues] == [text for _, _, text in self.TEXTS]
        assert [cue.start for cue in cues] == [pytest.approx(start, abs=2 * FRAME) for start, _, _ in self.TEXTS]
        # A cue that is followed at once goes with the clear code of the next, two frames before that one comes.
        followed = {
            first: second.start - 2 * FRAME for first, second in pairwise(cues) if second.start - first.start < 10
        }
        for cue, (_, end, _) in zip(cues, self.TEXTS, strict=True):
            assert cue.end == pytest.approx(followed.get(cue, end), abs=2 * FRAME)
