"""How long the keys of machines hold."""

from __future__ import annotations

from vardkase.core.settings import Setting


def _days(number: int) -> str | None:
    return None if 1 <= number <= 3650 else "The value has to be a number of days from 1 to 3650."


LONGEST_KEY = Setting(
    "Vardkase.longest_key_days",
    365,
    "For how many days at most a key of a synchronising account holds, where the organisation asks for bound keys.",
    check=_days,
)
