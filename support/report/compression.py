"""Compresses the data in a page to about a seventh: evidence is repetitive. The browser decompresses it."""

from __future__ import annotations

import base64
import gzip
import json
import re

from support.errors import ReportError

_BLOCK = re.compile(r"<script defer>\s*Promise\.allSettled\(\[(?P<data>[^\]]*)\]\)[^<]*</script>")
_FILE = re.compile(r'd\("(?P<name>[^"]*)","(?P<content>[^"]*)"\)')

# As Allure's own script, but decompresses the data first. `btoa` takes text with one character for each byte.
_DECOMPRESS = """<script type="application/gzip" id="packed">{packed}</script>
<script>
  (async () => {{
    const bytes = Uint8Array.from(atob(document.getElementById("packed").text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const files = JSON.parse(await new Response(stream).text());
    for (const [name, content] of Object.entries(files)) window.allureReportData[name] = btoa(content);
    window.allureReportDataReady = true;
  }})();
</script>"""


def compressed(page: str) -> str:
    """Return the page with its data compressed. Raises ReportError if the data is not where Allure writes it."""
    block = _BLOCK.search(page)
    files = dict(_FILE.findall(block["data"])) if block else {}
    if not block or len(files) != block["data"].count('d("'):
        raise ReportError("No data found in the page of Allure. Is it another version of Allure?")
    content = {name: base64.b64decode(value).decode("latin-1") for name, value in files.items()}
    data = gzip.compress(json.dumps(content, ensure_ascii=False).encode(), compresslevel=6, mtime=0)
    return page[: block.start()] + _DECOMPRESS.format(packed=base64.b64encode(data).decode()) + page[block.end() :]
