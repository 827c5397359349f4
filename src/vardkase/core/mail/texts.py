"""The texts that apply now: the standard ones of the files, or those that officers have put in their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vardkase.core.mail.kinds import LANGUAGES, MailKind
from vardkase.core.mail.models import MailTemplate


@dataclass(frozen=True, slots=True)
class TemplateText:
    """The current text in one language; version 0 is the standard text."""

    language: str
    version: int
    subject: str
    body: str

    @property
    def is_standard(self) -> bool:
        return self.version == 0


def texts(kind: MailKind, languages: Iterable[str] = LANGUAGES) -> dict[str, TemplateText]:
    languages = list(languages)
    newest: dict[str, MailTemplate] = {}
    if kind.is_correspondence:
        found = MailTemplate.objects.filter(kind=kind.name, language__in=languages)
        newest = {each.language: each for each in found.order_by("language", "-version").distinct("language")}
    return {language: _text(kind, language, newest.get(language)) for language in languages}


def _text(kind: MailKind, language: str, stored: MailTemplate | None) -> TemplateText:
    if stored is None or stored.is_standard:
        standard = kind.texts[language]
        return TemplateText(language, 0, standard.subject, standard.body)
    return TemplateText(language, stored.version, stored.subject, stored.body)
