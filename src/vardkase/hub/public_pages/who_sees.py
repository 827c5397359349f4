"""Who can see what, and what is logged: one text for the terms, the publish page and the public pages.

What it says of operators is held by tests/hub/content_access/test_operator_permissions.py: change both together.
"""

from __future__ import annotations

from functools import cache

from vardkase.exchange.fetches.settings import KEPT_DAYS
from vardkase.hub.public_pages.passages import DATA


def who_sees(language: str) -> str:
    return _text(language).replace("{days}", str(KEPT_DAYS.value))


@cache
def _text(language: str) -> str:
    return (DATA / f"who_sees.{language}.md").read_text(encoding="utf-8").strip()
