"""Rows of Client's own settings."""

from __future__ import annotations

import json

from case import Case
from table import CLIENT, Section

rows = Section()


@rows.setting("SDKReferenceNumber", of=CLIENT, default="", value="3DS_LOA_SDK_TEST_0002",
              any_text="the number is EMVCo's; its length is checked when it is used")
def reference_number(case: Case) -> None:
    """sdkReferenceNumber of the request for authentication."""
    request = json.loads(case.client().get_auth_request())
    assert request["sdkReferenceNumber"] == case.value
