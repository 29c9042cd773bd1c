"""Reads a built report as a browser would."""

import base64
import gzip
import html
import json
import re
from typing import Any


def data_of(page: str, name: str) -> dict[str, Any]:
    """A data file of the page, for instance `widgets/statistic.json`."""
    found = re.search(r'id="packed">([A-Za-z0-9+/=]+)<', page)
    assert found, "the page should contain compressed data"
    files = json.loads(gzip.decompress(base64.b64decode(found[1])))
    document: dict[str, Any] = json.loads(files[name].encode("latin-1"))
    return document


def verdict_of(page: str) -> str:
    """Return the text of the section above the tree."""
    verdict = page[page.index('<section id="verdict"') : page.index("<style>  #verdict")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub("</?a[^>]*>", "", verdict))).split())
