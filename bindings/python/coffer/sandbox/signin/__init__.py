"""Signing in: the part of the authorization server that a user meets.

Authlib keeps the rules of the grants; this package gives it users, codes and pages. It is
imported when the first browser or device arrives, so that everything else runs without it.
"""

from __future__ import annotations

from .desk import Desk

__all__ = ["Desk"]
