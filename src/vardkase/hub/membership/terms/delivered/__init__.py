"""Version 1, as the software was delivered with: it holds until officers publish another."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from vardkase.hub.membership.terms.criteria import Criterion, stored
from vardkase.hub.membership.terms.models import Terms, TermsState

FOLDER = Path(__file__).parent


def delivered_terms() -> Terms:
    """Version 1 as it was delivered, not stored."""
    return Terms(
        version=1,
        state=TermsState.PUBLISHED,
        text_sv=_read("terms.sv.md"),
        text_en=_read("terms.en.md"),
        criteria=stored(Criterion(**each) for each in tomllib.loads(_read("criteria.toml"))["criteria"]),
    )


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
