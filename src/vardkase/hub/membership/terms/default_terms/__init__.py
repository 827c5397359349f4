"""Version 1 of the terms, delivered with the software and valid until officers publish another."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from vardkase.hub.membership.terms.criteria import Criterion, stored
from vardkase.hub.membership.terms.models import Terms, TermsState
from vardkase.hub.public_pages.who_sees import who_sees

FOLDER = Path(__file__).parent


def delivered_terms() -> Terms:
    return Terms(
        version=1,
        state=TermsState.PUBLISHED,
        text_sv=_text("sv"),
        text_en=_text("en"),
        criteria=stored(Criterion(**each) for each in tomllib.loads(_read("criteria.toml"))["criteria"]),
    )


def _text(language: str) -> str:
    return _read(f"terms.{language}.md").replace("{who_sees}", who_sees(language))


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
