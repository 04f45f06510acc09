"""`python -m coffer.sandbox`; also `python <this folder>`, which loads nothing else of coffer."""

from __future__ import annotations

import sys
import types
from pathlib import Path

if not __package__:
    # run by path: name the parent package without running its __init__ (a native library)
    _here = Path(__file__).resolve().parent
    _parent = types.ModuleType("coffer")
    _parent.__path__ = [str(_here.parent)]
    sys.modules["coffer"] = _parent
    sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != _here]

from coffer.sandbox.cli import main

if __name__ == "__main__":
    sys.exit(main())
