"""Composes a mail of a kind from its text and its facts, in the recipient's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override

from vardkase.core.mail.encryption import AddressedMail
from vardkase.core.mail.facts import Facts, in_words, plain_words
from vardkase.core.mail.kinds import LANGUAGES, MailKind, kind_named
from vardkase.core.mail.rendering import as_html, as_text, filled, fragment, laid_out
from vardkase.core.mail.texts import TemplateText, texts

BETWEEN_LANGUAGES = "\n----\n\n"


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A mail in words; `version` is that of the text, 0 for the standard one."""

    version: int
    content: AddressedMail
    kept_text: str
    """The text as a case file keeps it: without what gives access to something."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A mail in one language. `fragment` and `small` are the HTML of `text` and `foot`."""

    subject: str
    encrypted_subject: str
    text: str
    kept_text: str
    foot: str
    fragment: SafeString
    small: SafeString


def composed(kind: MailKind, language: str, facts: Facts, sent_by: str) -> ComposedMail:
    """A mail of `kind` from `sent_by`. Raises ValueError if a fact is missing, or has no words."""
    languages = LANGUAGES if kind.is_bilingual else (language,)
    current = texts(kind, languages)
    parts = [_part(kind, current[each], facts, sent_by) for each in languages]
    subject = " / ".join(part.subject for part in parts)
    body = format_html_join(SafeString("\n<hr>\n"), "{}", ((part.fragment,) for part in parts))
    small = format_html_join("\n", "{}", ((part.small,) for part in parts))
    text = BETWEEN_LANGUAGES.join(part.text for part in parts)
    replaced = kind_named(kind.without_key) if kind.without_key else None
    brief = composed(replaced, language, facts, sent_by).content if replaced else None
    content = AddressedMail(
        subject,
        f"{text}\n-- \n{''.join(part.foot for part in parts)}",
        as_html(subject, body, language, small),
        secret_subject=" / ".join(part.encrypted_subject for part in parts if part.encrypted_subject),
        open_subject=brief.subject if brief else "",
        open_text=brief.text if brief else None,
    )
    kept_text = BETWEEN_LANGUAGES.join(part.kept_text for part in parts)
    return ComposedMail(current[languages[0]].version, content, kept_text)


def _part(kind: MailKind, text: TemplateText, facts: Facts, sent_by: str) -> _Part:
    standard = kind.texts[text.language]
    words = in_words(kind, standard, text.language, facts)
    # No text has a private fact in its subject; were there one, its name would be sent and not its value.
    shown = {name: plain_words(each) for name, each in words.items() if not kind.is_private(name)}
    body, flat = laid_out(text.body, words)
    with override(text.language):
        default_foot = gettext("This e-mail was sent by %(hub)s.") % {"hub": "{sent_by}"}
        veiled = gettext("[private, not kept]")
    # The items of a list and the cells of a table are named after it.
    kept = {name: veiled if kind.is_private(name.partition(".")[0]) else word for name, word in flat.items()}
    foot, small = laid_out(standard.foot or default_foot, {**words, "sent_by": sent_by})
    return _Part(
        filled(text.subject, shown),
        filled(standard.encrypted_subject, shown),
        as_text(body, flat),
        as_text(body, kept),
        as_text(foot, small),
        fragment(body, flat),
        fragment(foot, small),
    )
