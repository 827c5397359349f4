"""Mail texts: the standard ones, and officers' changed versions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from vardkase.audit.services import Target
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.hub.correspondence.kinds import LANGUAGES, PLACEHOLDER, MailKind, find, is_link, placeholders
from vardkase.hub.correspondence.models import MailTemplate
from vardkase.hub.correspondence.problems import MailProblem
from vardkase.hub.correspondence.rendering import as_html, as_text, filled
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.acting import Acting

EDITORS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000


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


def kind_of(name: str) -> MailKind:
    kind = find(name)
    if kind is None:
        raise NotFound(MailProblem.NO_SUCH_KIND())
    return kind


def texts(kind: MailKind, languages: Iterable[str] = LANGUAGES) -> dict[str, TemplateText]:
    newest = {
        each.language: each
        for each in MailTemplate.objects.filter(kind=kind.name, language__in=list(languages))
        .order_by("language", "-version")
        .distinct("language")
    }
    return {language: _text(kind, language, newest.get(language)) for language in languages}


def composed(kind: MailKind, languages: Iterable[str] = LANGUAGES) -> dict[str, TemplateText]:
    found = texts(kind, languages)
    for name in kind.sections:
        parts = texts(kind_of(name), languages)
        found = {
            language: replace(text, body=with_section(text.body, name, parts[language]))
            for language, text in found.items()
        }
    return found


def with_section(body: str, name: str, section: TemplateText) -> str:
    """`body` with a section, under its heading, in place of its placeholder; removed if it has no text."""
    words = f"## {section.subject}\n\n{section.body}" if section.body else ""
    return body.replace(f"{{{name}}}", words)


def whole_body(kind: MailKind, language: str, body: str) -> str:
    for name in kind.sections:
        body = with_section(body, name, texts(kind_of(name), [language])[language])
    return body


def changed_kinds() -> set[tuple[str, str]]:
    newest = MailTemplate.objects.order_by("kind", "language", "-version").distinct("kind", "language")
    return {(each.kind, each.language) for each in newest if not each.is_standard}


def versions(kind: MailKind, language: str) -> list[MailTemplate]:
    return list(MailTemplate.objects.filter(kind=kind.name, language=language).order_by("-version"))


def preview(kind: MailKind, language: str, subject: str, body: str) -> dict[str, str]:
    """`subject`, `text` and `html` of a mail with the kind's samples as facts; raises Invalid by field."""
    _refuse(kind, subject, body, language)
    heading = filled(subject, kind.facts)
    body = whole_body(kind, language, body)
    return {
        "subject": heading,
        "text": as_text(body, kind.facts),
        "html": as_html(heading, body, kind.facts, language, ""),
    }


def checked_text(kind: MailKind, language: str, subject: str, body: str) -> tuple[str, str]:
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    _refuse(kind, subject, body, language)
    return subject, body


def require_editor(actor: Actor, language: str) -> None:
    """Raise Forbidden unless the actor may change texts, and NotFound for a language without texts."""
    actor.require_writing()
    actor.require_staff(*EDITORS)
    if language not in LANGUAGES:
        raise NotFound(MailProblem.NO_SUCH_LANGUAGE())


def _refuse(kind: MailKind, subject: str, body: str, language: str) -> None:
    errors = {
        "subject": list(_faults(kind, subject, LONGEST_SUBJECT)),
        "body": [] if kind.is_section and not body.strip() else list(_faults(kind, body, LONGEST_BODY)),
    }
    if any(is_link(name) for name in placeholders(subject)):
        errors["subject"].append(MailProblem.LINK_IN_SUBJECT())
    for name in sorted(placeholders(kind.body[language]) - placeholders(body)):
        if name in kind.sections:
            errors["body"].append(MailProblem.SECTION_MISSING(name=name))
        elif is_link(name):
            errors["body"].append(MailProblem.LINK_MISSING(name=name))
    if found := {field: faults for field, faults in errors.items() if faults}:
        raise Invalid(found)


def _faults(kind: MailKind, text: str, longest: int) -> Iterable[Problem]:
    if not text.strip() or len(text) > longest or "\0" in text:
        yield HubProblem.TEXT_LENGTH(count=longest)
    known = [f"{{{each}}}" for each in kind.facts]
    for number, line in enumerate(text.splitlines(), 1):
        for name in kind.unknown(line):
            yield MailProblem.UNKNOWN_PLACEHOLDER(line=number, name=name, known=known)
        if re.search(r"[{}]", PLACEHOLDER.sub("", line)):
            yield MailProblem.UNMATCHED_BRACE(line=number)


def _text(kind: MailKind, language: str, stored: MailTemplate | None) -> TemplateText:
    if stored is None or stored.is_standard:
        return TemplateText(language, 0, kind.subject[language], kind.body[language])
    return TemplateText(language, stored.version, stored.subject, stored.body)


def add_version(actor: Acting, kind: MailKind, language: str, **fields: str | bool) -> MailTemplate:
    newest = MailTemplate.objects.filter(kind=kind.name, language=language).order_by("-version").first()
    version = newest.version + 1 if newest else 1
    return MailTemplate.objects.create(
        kind=kind.name, language=language, version=version, changed_by=actor.name, **fields
    )


def target_of(kind: MailKind, stored: MailTemplate) -> Target:
    return Target("mail_template", stored.pk, title=f"{kind.name} ({stored.language})")
