"""Kinds of mail and letters: one text file for each kind and language, `<package>/mails/<kind>.<language>.md`.

A file is a header in TOML between two lines `+++`, and a body in Markdown with placeholders in braces::

    +++
    describes = "A key is about to expire."
    subject = "The API key {key} stops working on {day}"

    [variables]
    key = { description = "The key, shortened", sample = "abcd…wxyz" }
    day = { description = "The last day", sample = "1 December 2026" }
    +++
    Create a new key before {day}.

`docs/mails.md` lists what a header may hold.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

LANGUAGES = ("sv", "en")
PACKAGE = Path(__file__).parents[2]
FENCE = "+++\n"
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")


class MailFileError(Exception):
    """A mail's file is not as described above; raised when the kinds are first read."""


@dataclass(frozen=True, slots=True)
class Variable:
    """What a placeholder stands for, and how its fact becomes words in the language of the file.

    `choices` words each code that the fact may be. `one` and `other` word a number, which they hold as `{n}`.
    `columns` are the headings of a fact that is a table. A private fact gives access to something: it stands in no
    subject, which every mail server on the way can read and the log keeps.
    """

    description: str
    sample: Any
    choices: Mapping[str, str] = field(default_factory=dict)
    one: str = ""
    other: str = ""
    columns: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class MailText:
    """A kind's standard text in one language; `foot` is set small below the body."""

    describes: str
    subject: str
    body: str
    variables: Mapping[str, Variable]
    foot: str = ""
    encrypted_subject: str = ""

    @property
    def samples(self) -> dict[str, Any]:
        return {name: variable.sample for name, variable in self.variables.items()}


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind of mail, with its texts by language."""

    name: str
    texts: Mapping[str, MailText]
    is_correspondence: bool = False
    """Whether officers may change its text, and each mail is kept in the log (`SentMail`)."""
    is_letter: bool = False
    """Whether it is a letter on paper: `subject` is its heading, and links have no place in it."""
    is_decision: bool = False
    """Whether the letter is a decision, of which a case's file keeps an account (31 § förvaltningslagen)."""
    is_section: bool = False
    """Whether it is a part of letters, which stands in their text by its name in braces; it is not sent by itself."""
    sections: tuple[str, ...] = ()
    """The sections that stand in its text, and cannot be taken out of it. Their variables are among its own."""
    without_key: str = ""
    """The kind whose text replaces this one in a mail that cannot be encrypted."""
    is_bilingual: bool = False
    """Whether each mail holds the text in all languages, because the reader's is unknown."""

    @property
    def describes(self) -> str:
        """When it is sent, in the active language."""
        return (self.texts.get(get_language() or "") or self.texts[settings.LANGUAGE_CODE]).describes

    @property
    def variables(self) -> Mapping[str, Variable]:
        """The same names in every language; descriptions and samples in the active one."""
        return (self.texts.get(get_language() or "") or self.texts[settings.LANGUAGE_CODE]).variables

    def unknown(self, text: str) -> list[str]:
        return sorted(placeholders(text) - self.variables.keys() - set(self.sections))

    def is_private(self, name: str) -> bool:
        return is_link(name) or (name in self.variables and self.variables[name].private)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def is_link(name: str) -> bool:
    """Whether a variable is an address, possibly one that grants access."""
    return name.endswith("link")


def find(name: str) -> MailKind | None:
    return _kinds().get(name)


def kind_named(name: str) -> MailKind:
    """The kind of this name; raises ValueError."""
    kind = find(name)
    if kind is None:
        raise ValueError(f"there is no kind of mail {name}")
    return kind


def all_kinds() -> list[MailKind]:
    return [kind for _, kind in sorted(_kinds().items())]


def correspondence() -> list[MailKind]:
    return [kind for kind in all_kinds() if kind.is_correspondence]


def add_folder(folder: Path) -> None:
    """Add the kinds in a folder outside this package (tests have some)."""
    _add(_kinds(), folder.glob("*.md"))


@cache
def _kinds() -> dict[str, MailKind]:
    found: dict[str, MailKind] = {}
    _add(found, PACKAGE.glob("**/mails/*.md"))
    return found


def _add(known: dict[str, MailKind], paths: Iterable[Path]) -> None:
    files: dict[str, dict[str, Path]] = {}
    for path in paths:
        name, _, language = path.stem.partition(".")
        if language not in LANGUAGES or language in files.setdefault(name, {}) or name in known:
            raise MailFileError(f"{path}: not <kind>.<language>.md, or the kind exists twice")
        files[name][language] = path
    known |= {name: read_kind(name, found) for name, found in files.items()}


FLAGS = {
    "correspondence": "is_correspondence", "letter": "is_letter", "decision": "is_decision",
    "section": "is_section", "sections": "sections",
    "without_key": "without_key", "bilingual": "is_bilingual",
}  # fmt: skip
"""What the headers of all languages say alike, by key."""


def read_kind(name: str, files: Mapping[str, Path]) -> MailKind:
    """The kind in these files by language; raises MailFileError."""
    if files.keys() != set(LANGUAGES):
        raise MailFileError(f"the mail {name} is not written in {', '.join(LANGUAGES)}")
    texts: dict[str, MailText] = {}
    shapes: list[dict[str, Any]] = []
    for language, path in files.items():
        header, body = _parts(path)
        shape = {flag: header.pop(key) for key, flag in FLAGS.items() if key in header}
        variables = {each: _variable(given, path) for each, given in header.pop("variables", {}).items()}
        try:
            texts[language] = MailText(body=body, variables=variables, **header)
        except TypeError as fault:
            raise MailFileError(f"{path}: {fault}") from None
        shapes.append({**shape, "sections": tuple(shape.get("sections", ()))})
    kind = MailKind(name, texts, **shapes[0])
    if shapes[0] != shapes[1] or len({frozenset(text.variables) for text in texts.values()}) > 1:
        raise MailFileError(f"the mail {name} has different headers in its languages")
    for language, text in texts.items():
        whole = f"{text.subject}\n{text.encrypted_subject}\n{text.body}\n{text.foot}"
        if unknown := kind.unknown(whole):
            raise MailFileError(f"{files[language]}: no variable {', '.join(unknown)}")
        if any(map(kind.is_private, placeholders(text.subject + text.encrypted_subject))):
            raise MailFileError(f"{files[language]}: a private variable in the subject")
    return kind


def _parts(path: Path) -> tuple[dict[str, Any], str]:
    before, _, rest = path.read_text(encoding="utf-8").partition(FENCE)
    header, fence, body = rest.partition(f"\n{FENCE}")
    if before or not fence:
        raise MailFileError(f"{path}: no header between two lines {FENCE.strip()}")
    try:
        return tomllib.loads(header), body.strip()
    except tomllib.TOMLDecodeError as fault:
        raise MailFileError(f"{path}: {fault}") from None


def _variable(given: dict[str, Any], path: Path) -> Variable:
    try:
        return Variable(**{**given, "columns": tuple(given.get("columns", ()))})
    except TypeError as fault:
        raise MailFileError(f"{path}: {fault}") from None
