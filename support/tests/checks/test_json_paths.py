"""A path over several members selects all of them, also those that lack the rest of the path."""

from typing import Any

import pytest

from support.checks.comparison import field_differences
from support.checks.json_paths import find, locate
from support.checks.matchers import ABSENT

DOCUMENT: dict[str, Any] = {
    "vods": [{"status": "completed", "tags": ["a"]}, {"id": 2}],
    "by_id": {"x": {"status": "completed"}, "y": {}},
    "total": 2,
    "none": [],
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("vods[*].status", 'vods[1].status: expected "completed", got nothing'),
        ("vods[0:2].status", 'vods[1].status: expected "completed", got nothing'),
        ("by_id.*.status", 'by_id.y.status: expected "completed", got nothing'),
        ("vods[?(@.id==2)].status", '[1].status: expected "completed", got nothing'),
        ("total[*].status", 'total[*].status: expected "completed", got nothing'),
        ("none[*].status", 'none[*].status: expected "completed", got nothing'),
    ],
)
def test_a_member_without_the_field_is_a_difference(path: str, expected: str) -> None:
    found = list(field_differences(DOCUMENT, {path: "completed"}))
    assert len(found) == 1
    assert expected in found[0]


def test_every_place_is_located() -> None:
    assert [place.path for place in locate(DOCUMENT, "vods[*].tags[0]")] == ["vods[0].tags[0]", "vods[1].tags[0]"]
    assert locate(DOCUMENT, "vods[*].tags[0]")[1].value is ABSENT
    assert find(DOCUMENT, "vods[*].status") == ["completed"]
    assert find(DOCUMENT, "vods[1].id") == [2]
