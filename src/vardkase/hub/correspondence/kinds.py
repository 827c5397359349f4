"""Kinds of mail: the standard text of each in both languages, and the placeholders it may use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise

LANGUAGES = ("sv", "en")
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
CERTIFICATE = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind of mail.

    `describes` tells officers when it is sent. `facts` maps the placeholders of the text to samples for the
    preview. A fact with a name ending in `link` is an address, possibly a private link that grants access, so
    it appears in no subject and no log. `subject` and `body` (Markdown) are the standard text by language.
    """

    name: str
    describes: str | Promise
    facts: Mapping[str, str]
    subject: Mapping[str, str]
    body: Mapping[str, str]
    is_letter: bool = False
    """Whether it is a letter on paper: `subject` is its heading, and links have no place in it."""
    is_section: bool = False
    """Whether it is a part of letters, which stands in their text by its name in braces; it is not sent by itself."""
    sections: tuple[str, ...] = ()
    """The sections that stand in its text, and cannot be taken out of it. Their facts are among `facts`."""

    def unknown(self, text: str) -> list[str]:
        return sorted(placeholders(text) - self.facts.keys() - set(self.sections))


class Recipient(NamedTuple):
    """The recipient of a mail. With a `key`, an armored OpenPGP key or a PEM certificate, the mail is
    encrypted."""

    email: str
    language: str = ""
    key: str = ""

    @property
    def gpgkey(self) -> str:
        return "" if self.certif_public else self.key

    @property
    def certif_public(self) -> str:
        return self.key if self.key.lstrip().startswith(CERTIFICATE) else ""


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def is_link(name: str) -> bool:
    return name.endswith("link")


_registered: dict[str, MailKind] = {}


def register(kind: MailKind) -> None:
    for language in LANGUAGES:
        if unknown := kind.unknown(f"{kind.subject[language]} {kind.body[language]}"):
            raise RuntimeError(f"the mail {kind.name} names {', '.join(unknown)}, which it has no fact for")
    if _registered.setdefault(kind.name, kind) is not kind:
        raise RuntimeError(f"the kind of mail {kind.name} is registered twice")


def registered() -> list[MailKind]:
    return [_registered[name] for name in sorted(_registered)]


def find(name: str) -> MailKind | None:
    """The kind of this name."""
    return _registered.get(name)
