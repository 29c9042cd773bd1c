"""Any table, as a feature names it: a name that is not there is the feature's mistake, not the platform's failure."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from support.drivers.database import DatabaseDriver, Records
from support.errors import FeatureError
from support.scenario.step_checks import row_differences


class Database:
    def rows(self, statement: str, **parameters: object) -> list[Mapping[str, Any]]:
        return [{"table_name": "vods", "column_name": name, "data_type": "text"} for name in ("id", "title")]


@pytest.mark.parametrize(
    ("table", "column", "told"),
    [
        ("vod", "title", 'the database has no table "vod". Did you mean "vods"? Known: vods'),
        ("vods", "titel", 'the table "vods" has no column "titel". Did you mean "title"? Known: id, title'),
    ],
)
def test_a_name_that_is_not_there_is_told_with_what_was_meant(table: str, column: str, told: str) -> None:
    with pytest.raises(FeatureError) as mistake:
        Records(cast(DatabaseDriver, Database())).find(table, {column: "City Council"})
    assert str(mistake.value) == told


def test_so_is_a_column_that_is_expected() -> None:
    with pytest.raises(FeatureError, match=r'the table "vods" has no column "titel"\. Did you mean "title"'):
        list(row_differences("vods", [{"id": "7", "title": "City Council"}], {"titel": "City Council"}))
