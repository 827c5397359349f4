"""Undelivered letters: mail failed or pending too long, and no other delivery is recorded."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.correspondence.letters.handling import find_to_handle, handles
from vardkase.hub.correspondence.models import DeliveredHow, Delivery, Letter
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.settings import UNDELIVERED_HOURS
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor

LONGEST = 1000
# A letter is found in a mail by the name of its file: its number, with - for the colon, which Windows forbids.
UNDELIVERED = """
SELECT l.id FROM letter l
WHERE NOT EXISTS (SELECT FROM letter_delivery d WHERE d.letter_id = l.id)
  AND NOT EXISTS (SELECT FROM sent_mail s WHERE s.thing_kind = l.thing_kind AND s.thing_id = l.thing_id
                  AND s.state = 'sent' AND s.attachments ? (replace(l.number, ':', '-') || '.pdf'))
  AND (l.at < now() - make_interval(hours => %(hours)s)
       OR EXISTS (SELECT FROM sent_mail s WHERE s.thing_kind = l.thing_kind AND s.thing_id = l.thing_id
                  AND s.state = 'failed' AND s.attachments ? (replace(l.number, ':', '-') || '.pdf')))
"""


def undelivered(actor: Actor) -> QuerySet[Letter]:
    """Those of cases that the actor may handle. Raises Forbidden."""
    actor.require_staff(*EDITORS)
    letters = list(Letter.objects.filter(pk__in=_undelivered()).defer("content"))
    # Once for each case, of which there are few.
    one_of = {(letter.thing_kind, letter.thing_id): letter for letter in letters}
    handled = {case for case, letter in one_of.items() if handles(actor, letter)}
    kept = [letter.pk for letter in letters if (letter.thing_kind, letter.thing_id) in handled]
    return Letter.objects.filter(pk__in=kept).defer("content").order_by("pk")


def undelivered_count() -> int:
    return len(_undelivered())


def _undelivered() -> list[int]:
    found = cursor().execute(UNDELIVERED, {"hours": UNDELIVERED_HOURS.value}).fetchall()
    return [pk for (pk,) in found]


@transaction.atomic
def note_delivery(actor: Actor, letter_id: int, how: str, on: date | None, note: str = "") -> Delivery:
    """Record that a letter was delivered by other means than mail.

    Raises Forbidden, NotFound, Conflict, Invalid by field.
    """
    letter = find_to_handle(actor, letter_id, is_filed=False, is_locked=True)
    if Delivery.objects.filter(letter=letter).exists():
        raise Conflict(LetterProblem.ALREADY_DELIVERED())
    errors: dict[str, list[Problem]] = {}
    if how not in DeliveredHow.values:
        errors["how"] = [CommonProblem.NO_SUCH_CHOICE(choices=DeliveredHow.values)]
    if on is None or not letter.at.date() <= on <= today():
        errors["on"] = [LetterProblem.DELIVERY_DAY()]
    if len(note) > LONGEST or "\0" in note:
        errors["note"] = [HubProblem.TEXT_LENGTH(count=LONGEST)]
    if errors or on is None:
        raise Invalid(errors)
    made = Delivery.objects.create(letter=letter, how=how, on=on, note=note.strip(), noted_by=actor.name)
    change = {"how": how, "on": on.isoformat(), "note": made.note}
    record(actor, CaseAction.LETTER_DELIVERED, Target("letter", letter.pk, title=str(letter)), change)
    return made
