"""Rows of the settings about mailboxes and the folder."""

from __future__ import annotations

from case import Case
from table import Section

rows = Section()


@rows.setting("MessagePageSize", default="500", value="7", invalid=("0", "1001", "many"))
def message_page_size(case: Case) -> None:
    """`$top` of the listing."""
    assert "$top=7" in case.run().requests[0].target
    assert "$top=500" in case.run(plain=True).requests[0].target
