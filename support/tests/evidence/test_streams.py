"""What a process prints and logs is masked."""

import io
import logging
import sys

import pytest

from support.evidence.masking import Masker
from support.evidence.streams import MaskedStream, masked_output

SECRET = "correct horse"


@pytest.fixture
def masker() -> Masker:
    masker = Masker()
    masker.add(SECRET)
    return masker


def test_a_secret_is_masked_also_when_it_comes_in_pieces(masker: Masker) -> None:
    beneath = io.StringIO()
    stream = MaskedStream(beneath, masker)
    stream.write("it is correct ")
    assert beneath.getvalue() == ""
    stream.write("horse\nand ")
    assert beneath.getvalue() == "it is ***\n"
    stream.flush()
    assert beneath.getvalue() == "it is ***\nand "


def test_prints_and_logs_are_masked_and_put_back(masker: Masker, monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    handler = logging.StreamHandler(err)
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    with masked_output(masker):
        print(SECRET)
        logging.getLogger("any").error(SECRET)
    assert out.getvalue() == err.getvalue() == "***\n"
    assert (sys.stdout, sys.stderr, handler.stream) == (out, err, err)
