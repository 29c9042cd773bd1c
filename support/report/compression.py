"""Packs the data in a page: evidence repeats itself, so that it takes a seventh of the room. The browser unpacks it."""

from __future__ import annotations

import base64
import gzip
import json
import re

from support.errors import ReportError

_BLOCK = re.compile(r"<script defer>\s*Promise\.allSettled\(\[(?P<data>[^\]]*)\]\)[^<]*</script>")
_FILE = re.compile(r'd\("(?P<name>[^"]*)","(?P<content>[^"]*)"\)')

# What Allure's own script does, with the data unpacked first. Text of which each letter is a byte is what `btoa` takes.
_UNPACK = """<script type="application/gzip" id="packed">{packed}</script>
<script>
  (async () => {{
    const bytes = Uint8Array.from(atob(document.getElementById("packed").text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const files = JSON.parse(await new Response(stream).text());
    for (const [name, content] of Object.entries(files)) window.allureReportData[name] = btoa(content);
    window.allureReportDataReady = true;
  }})();
</script>"""


def packed(page: str) -> str:
    """Return the page with its data packed. Raises ReportError where it is not as Allure draws it."""
    block = _BLOCK.search(page)
    files = dict(_FILE.findall(block["data"])) if block else {}
    if not block or len(files) != block["data"].count('d("'):
        raise ReportError("Allure drew a page whose data cannot be found: is it another version of Allure?")
    content = {name: base64.b64decode(value).decode("latin-1") for name, value in files.items()}
    data = gzip.compress(json.dumps(content, ensure_ascii=False).encode(), compresslevel=6, mtime=0)
    return page[: block.start()] + _UNPACK.format(packed=base64.b64encode(data).decode()) + page[block.end() :]
