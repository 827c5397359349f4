"""Service of letters (delgivning): when a letter reached its addressee, and when the period for appeal ends.

Delgivningslagen (2010:1932). A letter that was only opened counts as served if the authority has answered so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.kinds import find
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.correspondence.letters.handling import find_to_handle
from vardkase.hub.correspondence.letters.wording import (
    APPEAL,
    PUBLIC_PARTY,
    PUBLIC_SECTORS,
    YES,
    left_out_sections,
)
from vardkase.hub.correspondence.models import Letter, Receipt, ServedHow
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.law.queries import answer, find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor

LONGEST_PERSON = 255
LONGEST_NOTE = 1000
BY_HAND = tuple(how for how in ServedHow if how not in (ServedHow.OPENED, ServedHow.CONFIRMED))
"""What officers record; the rest is recorded as the party does it."""
OPENING = "service_by_opening"


@dataclass(frozen=True, slots=True)
class ServedLetter:
    """A letter with what is known of its service. `appeal_by` is None if it is not known yet, or nothing to appeal.

    `set_aside_by` is the number of a later letter that sets its decision aside.
    """

    letter: Letter
    receipt: Receipt | None
    served_on: date | None
    appeal_by: date | None
    set_aside_by: str = ""

    @property
    def is_only_opened(self) -> bool:
        return self.receipt is not None and self.served_on is None


SETS_ASIDE: Mapping[str, Collection[str]] = {
    "letter_reopening": ("letter_rejection", "letter_dismissal"),
    "letter_court_reopening": ("letter_rejection", "letter_dismissal"),
    "letter_reinstatement": ("letter_termination",),
    "letter_court_reinstatement": ("letter_termination",),
}
"""Kinds of letters whose decision sets aside the earlier ones of these kinds about the same thing."""


def set_aside(letters: Iterable[Letter]) -> dict[int, str]:
    """Of letters about one thing: the ids of those whose decision was set aside, and the number of the later letter."""
    found: dict[int, str] = {}
    later: dict[str, str] = {}
    for letter in sorted(letters, key=lambda each: each.pk, reverse=True):
        if letter.kind in later:
            found[letter.pk] = later[letter.kind]
        later |= dict.fromkeys(SETS_ASIDE.get(letter.kind, ()), letter.number)
    return found


def with_service(letters: Iterable[Letter], sector: str) -> list[ServedLetter]:
    """The letters about one thing to a party of this sector, with their service, in two queries for all of them."""
    found = list(letters)
    later = set_aside(found)
    opening_counts, is_public = answer(OPENING) == YES, represents_public(sector)
    receipts: dict[int, list[Receipt]] = {}
    for receipt in Receipt.objects.filter(letter__in=[each.pk for each in found]).order_by("on", "pk"):
        receipts.setdefault(receipt.letter_id, []).append(receipt)
    served = [
        _with_service(each, receipts.get(each.pk, []), opening_counts=opening_counts, is_public=is_public)
        for each in found
    ]
    return [replace(each, set_aside_by=later.get(each.letter.pk, "")) for each in served]


def represents_public(sector: str) -> bool:
    # Whether the period for appeal counts from the date of the decision (44 § förvaltningslagen).
    return sector in PUBLIC_SECTORS and answer(PUBLIC_PARTY) == YES


def can_be_appealed(letter: Letter) -> bool:
    kind = find(letter.kind)
    if kind is None or APPEAL not in kind.sections or APPEAL in left_out_sections():
        return False
    return APPEAL not in (letter.contents or {}).get("without", ())


@transaction.atomic
def note_opened(actor: AuditActor, letter: Letter, person: str) -> None:
    """Record that the party has opened a letter, the first time; the caller has checked that it is the party."""
    if not Receipt.objects.filter(letter=letter).exists():
        _record(actor, letter, ServedHow.OPENED, today(), person)


@transaction.atomic
def confirm_receipt(actor: AuditActor, letter: Letter, person: str) -> Receipt:
    """Record that `person` of the party confirms the receipt; the caller has checked that it is the party.

    Raises Conflict, Invalid under `person`.
    """
    errors: dict[str, list[Problem]] = {}
    person = _person(person, errors)
    if errors:
        raise Invalid(errors)
    _refuse_twice(letter, ServedHow.CONFIRMED)
    return _record(actor, letter, ServedHow.CONFIRMED, today(), person)


@transaction.atomic
def record_service(
    actor: Actor, letter_id: int, how: str, on: date | None, person: str, note: str = ""
) -> Receipt:
    """Record how, when and to whom a letter was served by other means than the hub.

    Raises Forbidden, NotFound, Conflict, Invalid by field.
    """
    letter = find_to_handle(actor, letter_id)
    errors: dict[str, list[Problem]] = {}
    person = _person(person, errors)
    if how not in BY_HAND:
        errors["how"] = [CommonProblem.NO_SUCH_CHOICE(choices=[str(each) for each in BY_HAND])]
    written = timezone.localdate(letter.at)
    if on is None or not written <= on <= today():
        errors["on"] = [LetterProblem.DELIVERY_DAY()]
    elif how == ServedHow.SIMPLIFIED:
        earliest = last_day(find_deadline("simplified_service"), written)
        if earliest and on < earliest:
            errors["on"] = [LetterProblem.SIMPLIFIED_TOO_SOON(day=date_format(earliest, "j F Y"))]
    if len(note) > LONGEST_NOTE or "\0" in note:
        errors["note"] = [HubProblem.TEXT_LENGTH(count=LONGEST_NOTE)]
    if errors or on is None:
        raise Invalid(errors)
    _refuse_twice(letter, ServedHow(how))
    return _record(actor, letter, ServedHow(how), on, person, note.strip())


def _with_service(
    letter: Letter, receipts: list[Receipt], *, opening_counts: bool, is_public: bool
) -> ServedLetter:
    proofs = [each for each in receipts if opening_counts or each.how != ServedHow.OPENED]
    served_on = proofs[0].on if proofs else None
    start = timezone.localdate(letter.at) if is_public else served_on
    appeal_by = None
    if start and can_be_appealed(letter):
        appeal_by = last_day(find_deadline("appeal_public" if is_public else "appeal_private"), start)
    return ServedLetter(letter, next(iter(proofs or receipts), None), served_on, appeal_by)


def _person(person: str, errors: dict[str, list[Problem]]) -> str:
    person = " ".join(person.split())
    if not person or len(person) > LONGEST_PERSON or "\0" in person:
        errors["person"] = [HubProblem.TEXT_LENGTH(count=LONGEST_PERSON)]
    return person


def _refuse_twice(letter: Letter, how: ServedHow) -> None:
    if Receipt.objects.filter(letter=letter, how=how).exists():
        raise Conflict(LetterProblem.ALREADY_SERVED())


def _record(
    actor: AuditActor, letter: Letter, how: ServedHow, on: date, person: str, note: str = ""
) -> Receipt:
    made = Receipt.objects.create(
        letter=letter, how=how, on=on, person=person[:LONGEST_PERSON], note=note, noted_by=actor.name[:255]
    )
    change = {"how": how, "on": on.isoformat(), "person": made.person}
    record(actor, CaseAction.LETTER_SERVED, Target("letter", letter.pk, title=str(letter)), change)
    return made
