"""Sections of the public page, with their default texts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
LANGUAGES = ("sv", "en")


class PassagePart(StrEnum):
    """Where a passage appears: `HELP` beside the application form, `PRIVACY` in the privacy notice, `ACCESSIBILITY` in
    the accessibility statement."""

    HERO = "hero"
    STEP = "step"
    QUESTION = "question"
    LEG = "leg"
    HELP = "help"
    FOOT = "foot"
    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage in one language: `lead` is plain and short, `text` Markdown; either may be empty."""

    title: str
    lead: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """The current version of a passage. `number` 0 and no `changed`: the packaged text."""

    part: PassagePart
    name: str
    position: int
    words: dict[str, PassageText] = field(hash=False)
    shown: bool = True
    number: int = 0
    changed: datetime | None = None

    def in_language(self, language: str) -> PassageText:
        """The words in `language` ("sv" or "en"), Swedish for any other."""
        return self.words.get(language, self.words["sv"])


@cache
def shipped() -> tuple[Passage, ...]:
    books = {language: tomllib.loads((DATA / f"{language}.toml").read_text()) for language in LANGUAGES}
    return tuple(
        Passage(
            PassagePart(part),
            name,
            position,
            {
                language: PassageText(
                    **{key: text.strip() for key, text in books[language][part][name].items()}
                )
                for language in LANGUAGES
            },
        )
        for part, named in books["sv"].items()
        for position, name in enumerate(named, start=1)
    )
