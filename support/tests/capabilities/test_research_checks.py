"""Checks of the privacy audit log."""

from typing import Any, ClassVar

import pytest

from support.capabilities.research import checks as check
from support.capabilities.research.resources import RESOURCE_TYPES


class TestAudit:
    COUNTS: ClassVar = {type.collection: 1 for type in RESOURCE_TYPES if type.owner_column}
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

    def test_personal_data_in_it_is_reported(self) -> None:
        with pytest.raises(AssertionError, match="should name nothing personal"):
            check.audit([{**self.ENTRY, "created_at": "nora"}], "1", self.COUNTS, ["nora"])
