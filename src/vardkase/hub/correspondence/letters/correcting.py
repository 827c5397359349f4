"""Corrected copies of letters: an obvious slip of the pen is corrected beside the original (36 § förvaltningslagen)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.kinds import LANGUAGES, kind_named
from vardkase.core.mail.notify import notify
from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.correspondence.letters.handling import find_to_handle
from vardkase.hub.correspondence.letters.resending import attached, recipients_about
from vardkase.hub.correspondence.letters.service import can_be_appealed
from vardkase.hub.correspondence.letters.writing import SECTIONS, SWEDISH, Contents, write
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.templates import composed
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.single_decisions import SingleDecision

CORRECT_LETTER = SingleDecision("correct_letter", _("Correct an error in a letter or decision"), OFFICERS)

LONGEST = 5000


def contents_of(letter: Letter) -> Contents:
    """What the letter was typeset from. Raises Conflict if that was not kept, or its wording is another now."""
    if letter.contents is None:
        raise Conflict(LetterProblem.NOT_CORRECTABLE())
    if composed(kind_named(letter.kind), [SWEDISH])[SWEDISH].version != letter.version:
        raise Conflict(LetterProblem.TEXT_CHANGED())
    kept = {name: value for name, value in letter.contents.items() if name != SECTIONS}
    return Contents(**{**kept, "without": frozenset(letter.contents.get("without", ()))})


@transaction.atomic
def correct(actor: Actor, letter_id: int, texts: Mapping[str, str], why: str) -> Letter:
    """Write a corrected copy of a letter, with `texts` in place of those of the same name; it names what was changed.

    `texts` apply to every language of the letter in which the text is the same. Raises Forbidden, NotFound,
    Conflict, Invalid by field.
    """
    letter = find_to_handle(actor, letter_id)
    CORRECT_LETTER.require_right(actor)
    contents = contents_of(letter)
    before = contents.facts[SWEDISH]
    errors: dict[str, list[Problem]] = {}
    given = {name: text.replace("\r\n", "\n").strip() for name, text in texts.items() if name in before}
    changed = {
        name: text for name, text in given.items() if text != before[name].replace("\r\n", "\n").strip()
    }
    for name, text in [*changed.items(), ("why", why.strip())]:
        if not text or len(text) > LONGEST or "\0" in text:
            errors[name] = [HubProblem.TEXT_LENGTH(count=LONGEST)]
    if not errors and not changed:
        errors["why"] = [LetterProblem.NOTHING_CORRECTED()]
    if errors:
        raise Invalid(errors)
    facts = {
        # What another language says in its own words stays: the Swedish text applies.
        language: {
            name: changed[name] if name in changed and words == before[name] else words
            for name, words in of_language.items()
        }
        for language, of_language in contents.facts.items()
    }
    corrected = replace(
        contents,
        facts=facts,
        correction=_what_was_corrected(letter, before, changed),
        first_dated=contents.first_dated or timezone.localdate(letter.at).isoformat(),
    )
    about = Target(letter.thing_kind, letter.thing_id)
    made = write(actor, corrected, about, corrects=letter)
    change = {"corrects": letter.number, "why": why.strip(), "texts": sorted(changed)}
    record(actor, CaseAction.LETTER_CORRECTED, Target("letter", made.pk, title=str(made)), change)
    words = {"number": letter.number, "title": letter.title}
    people = recipients_about(letter.thing_kind, letter.thing_id)
    notify("letter_corrected", about, people, words, by=actor.name, attachments=[attached(made)])
    return made


def _what_was_corrected(
    letter: Letter, before: Mapping[str, str], changed: Mapping[str, str]
) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with override(language):
            head = gettext(
                "Corrected on %(day)s under section 36 of the Administrative Procedure Act (2017:900). The letter "
                "%(number)s said:"
            ) % {"day": date_format(today(), "j F Y"), "number": letter.number}
            lines = [
                gettext("“%(before)s”. It should read: “%(after)s”.")
                % {"before": before[name], "after": text}
                for name, text in changed.items()
            ]
            if can_be_appealed(letter):
                lines.append(gettext("The period for appeal is not affected."))
        found[language] = "\n".join([head, *lines])
    return found
