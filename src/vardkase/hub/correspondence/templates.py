"""Texts of mail and letters as officers change them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import replace

from vardkase.audit.services import Target
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.mail.facts import in_words
from vardkase.core.mail.kinds import LANGUAGES, PLACEHOLDER, MailKind, find, placeholders
from vardkase.core.mail.models import MailTemplate
from vardkase.core.mail.rendering import as_text, filled, fragment, laid_out
from vardkase.core.mail.texts import TemplateText, texts
from vardkase.core.problems import Problem
from vardkase.hub.correspondence.problems import MailTextProblem
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.acting import Acting

EDITORS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000


def kind_of(name: str) -> MailKind:
    kind = find(name)
    if kind is None or not kind.is_correspondence:
        raise NotFound(MailTextProblem.NO_SUCH_KIND())
    return kind


def composed(
    kind: MailKind, languages: Iterable[str] = LANGUAGES, without: Container[str] = ()
) -> dict[str, TemplateText]:
    """The texts of a kind with its sections in place, except those in `without`, which are left out."""
    found = texts(kind, languages)
    for name in kind.sections:
        parts = texts(kind_of(name), languages)
        if name in without:
            parts = {language: replace(part, body="") for language, part in parts.items()}
        found = {
            language: replace(text, body=with_section(text.body, name, parts[language]))
            for language, text in found.items()
        }
    return found


def carried_sections(kind: MailKind, language: str, without: Container[str] = ()) -> list[str]:
    """The sections that stand in a text of this kind now, with words of their own."""
    body = texts(kind, [language])[language].body
    return [
        name
        for name in kind.sections
        if f"{{{name}}}" in body and name not in without and texts(kind_of(name), [language])[language].body
    ]


def with_section(body: str, name: str, section: TemplateText) -> str:
    """`body` with a section, under its heading, in place of its placeholder; removed if it has no text."""
    words = f"## {section.subject}\n\n{section.body}" if section.body else ""
    return body.replace(f"{{{name}}}", words)


def whole_body(kind: MailKind, language: str, body: str) -> str:
    for name in kind.sections:
        body = with_section(body, name, texts(kind_of(name), [language])[language])
    return body


def changed_kinds() -> set[tuple[str, str]]:
    # DISTINCT ON keeps the first row of each, the newest version.
    newest = MailTemplate.objects.order_by("kind", "language", "-version").distinct("kind", "language")
    return {(each.kind, each.language) for each in newest if not each.is_standard}


def versions(kind: MailKind, language: str) -> list[MailTemplate]:
    return list(MailTemplate.objects.filter(kind=kind.name, language=language).order_by("-version"))


def preview(kind: MailKind, language: str, subject: str, body: str) -> dict[str, str]:
    """`subject`, `text` and `html` (a fragment) of a text with the kind's sample data; raises Invalid by field."""
    _refuse(kind, subject, body, language)
    standard = kind.texts[language]
    words = in_words(kind, standard, language, standard.samples)
    laid, facts = laid_out(whole_body(kind, language, body), words)
    return {"subject": filled(subject, facts), "text": as_text(laid, facts), "html": fragment(laid, facts)}


def checked_text(kind: MailKind, language: str, subject: str, body: str) -> tuple[str, str]:
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    _refuse(kind, subject, body, language)
    return subject, body


def require_editor(actor: Actor, language: str) -> None:
    """Raise Forbidden unless the actor may change texts, and NotFound for a language without texts."""
    actor.require_writing()
    actor.require_staff(*EDITORS)
    if language not in LANGUAGES:
        raise NotFound(MailTextProblem.NO_SUCH_LANGUAGE())


def _refuse(kind: MailKind, subject: str, body: str, language: str) -> None:
    errors = {
        "subject": list(_faults(kind, subject, LONGEST_SUBJECT)),
        "body": [] if kind.is_section and not body.strip() else list(_faults(kind, body, LONGEST_BODY)),
    }
    if any(map(kind.is_private, placeholders(subject))):
        # The subject is in clear text even in an encrypted mail.
        errors["subject"].append(MailTextProblem.LINK_IN_SUBJECT())
    for name in sorted(placeholders(kind.texts[language].body) - placeholders(body)):
        if name in kind.sections:
            errors["body"].append(MailTextProblem.SECTION_MISSING(name=name))
        elif kind.is_private(name):
            errors["body"].append(MailTextProblem.LINK_MISSING(name=name))
    if found := {field: faults for field, faults in errors.items() if faults}:
        raise Invalid(found)


def _faults(kind: MailKind, text: str, longest: int) -> Iterable[Problem]:
    if not text.strip() or len(text) > longest or "\0" in text:
        yield HubProblem.TEXT_LENGTH(count=longest)
    known = [f"{{{each}}}" for each in kind.variables]
    for number, line in enumerate(text.splitlines(), 1):
        for name in kind.unknown(line):
            yield MailTextProblem.UNKNOWN_PLACEHOLDER(line=number, name=name, known=known)
        # A misspelt placeholder would be mailed as it is.
        if re.search(r"[{}]", PLACEHOLDER.sub("", line)):
            yield MailTextProblem.UNMATCHED_BRACE(line=number)


def add_version(actor: Acting, kind: MailKind, language: str, **fields: str | bool) -> MailTemplate:
    newest = MailTemplate.objects.filter(kind=kind.name, language=language).order_by("-version").first()
    version = newest.version + 1 if newest else 1
    return MailTemplate.objects.create(
        kind=kind.name, language=language, version=version, changed_by=actor.name, **fields
    )


def target_of(kind: MailKind, stored: MailTemplate) -> Target:
    return Target("mail_template", stored.pk, title=f"{kind.name} ({stored.language})")
