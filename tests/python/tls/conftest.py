"""Who connects to servers of the tests' own making is found beside this folder."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in ("settings", "threeds", ""):  # recorder and case, payer, journal
    sys.path.append(str(HERE.parent / folder))
