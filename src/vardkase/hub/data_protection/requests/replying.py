"""The reply to the person: a letter, and a copy of what was given out as PDF and JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.audit.services import record
from vardkase.core import typeset
from vardkase.core.clock import today
from vardkase.core.errors import Conflict
from vardkase.core.mail.settings import SENDER_NAME, sender
from vardkase.hub.audit_actions import CaseAction, DataProtectionAction
from vardkase.hub.correspondence.letters.writing import preview, write
from vardkase.hub.correspondence.models import DeliveredHow, Delivery, Letter
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.settings import APPEAL_COURT, SENDER_ADDRESS
from vardkase.hub.data_protection.problems import DataRequestProblem
from vardkase.hub.data_protection.requests import mails
from vardkase.hub.data_protection.requests.filing import file_copy
from vardkase.hub.data_protection.requests.models import (
    ConcernedItem,
    DataSubjectRequest,
    FoundItemKind,
)
from vardkase.hub.data_protection.requests.person import GivenCopy, opened_copy
from vardkase.hub.data_protection.requests.queries import own_unanswered
from vardkase.hub.data_protection.requests.rules import REPLY_TO_DATA_SUBJECT, REQUEST
from vardkase.hub.data_protection.requests.services import (
    LONGEST_REASON,
    LONGEST_TEXT,
    locked,
    text_of,
    unlocked,
)
from vardkase.hub.data_protection.requests.spilled import titles_in_quarantine, without
from vardkase.hub.data_protection.requests.wording import contents_of, given_out
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.signatures.signing import signed
from vardkase.identity.access.actor import Actor
from vardkase.intel.models import Event

COPY = Path(__file__).with_name("copy.typ")


def preview_reply(actor: Actor, pk: int, text: str) -> bytes:
    """The letter as PDF, as a draft. Raises as `reply`."""
    request = unlocked(actor, pk)
    _require_ready()
    _require_own_answered(request)
    return preview(contents_of(actor, request, text_of(text, "text", LONGEST_TEXT)))


@transaction.atomic
def reply(actor: Actor, pk: int, text: str, without_because: str = "") -> Letter:
    """Decide on the hub owner's part, write the letter, and close the request.

    `without_because`: why it is answered although a controller has not. Raises Conflict, Invalid, NotFound, Forbidden.
    """
    request = locked(actor, pk)
    REPLY_TO_DATA_SUBJECT.require_right(actor)
    text = text_of(text, "text", LONGEST_TEXT)
    _require_complete(request, without_because)
    _require_ready()
    if without_because.strip():
        text_of(without_because, "without_because", LONGEST_REASON)
    contents = contents_of(actor, request, text, without_because.strip())
    letter = write(actor, contents, mails.target_of(request))
    given = [(each.controller, len(each.items)) for each in copies(request)]
    file_copy(actor, request, copy_as_json(request), given)
    take_step(actor, REQUEST, request, "answer")
    request.closed_at = timezone.now()
    request.save()
    mails.tell_person(request, actor)
    return letter


def _require_complete(request: DataSubjectRequest, without_because: str) -> None:
    if request.searched_at is None:
        raise Conflict(DataRequestProblem.NOT_SEARCHED())
    _require_own_answered(request)
    others = request.controllers.filter(is_hub_owner=False, answered_at=None)
    if others.exists() and not without_because.strip():
        raise Conflict(DataRequestProblem.UNANSWERED())


def _require_own_answered(request: DataSubjectRequest) -> None:
    if own_unanswered(request):
        raise Conflict(DataRequestProblem.OWN_ITEMS_UNANSWERED())


def _require_ready() -> None:
    """The reply is a decision, and says who decides and where to appeal (7 kap. 2 § dataskyddslagen)."""
    missing = [each.name for each in (SENDER_NAME, SENDER_ADDRESS, APPEAL_COURT) if not each.value.strip()]
    if missing:
        raise Conflict(LetterProblem.SENDER_UNKNOWN(names=missing))


@dataclass(frozen=True, slots=True)
class CopyOfData:
    """What one controller gave out to the person."""

    controller: str
    items: tuple[GivenCopy, ...]


def copies(request: DataSubjectRequest) -> list[CopyOfData]:
    found: dict[str, list[GivenCopy]] = defaultdict(list)
    rows = ConcernedItem.objects.filter(answers__in=given_out(request)).exclude(given="")
    rows = rows.select_related("controller")
    # Nobody reads what is in quarantine, in a copy neither.
    rows = rows.exclude(event_id__in=Event.objects.filter(quarantined=True).values("pk"))
    titles = titles_in_quarantine()
    for row in rows.order_by("-controller__is_hub_owner", "controller__name", "pk"):
        copy = opened_copy(row.given)
        found[row.controller.name].append(without(titles, copy) if row.kind == FoundItemKind.AUDIT else copy)
    return [CopyOfData(name, tuple(items)) for name, items in found.items()]


def copy_as_json(request: DataSubjectRequest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(_document(request, copies(request))), indent=2)


def copy_as_pdf(request: DataSubjectRequest) -> bytes:
    with override(request.language):
        data = {
            **_document(request, copies(request)),
            "sender": sender(),
            "title": gettext("Copy of your personal data"),
            "meta": [
                [gettext("Date"), formatted(today(), "j F Y")],
                [gettext("Case"), request.number],
            ],
            "nothing": gettext("No data were given out."),
        }
    return signed(typeset.pdf(COPY, data, language=request.language, pool=typeset.records))


def _document(request: DataSubjectRequest, given: Sequence[CopyOfData]) -> Mapping[str, Any]:
    return {"number": request.number, "controllers": msgspec.to_builtins(given)}


@transaction.atomic
def note_opened(actor: Actor, request: DataSubjectRequest, letter: Letter) -> None:
    """The person has opened the letter through their private link: it is delivered."""
    _delivery, is_new = Delivery.objects.get_or_create(
        letter=letter, defaults={"how": DeliveredHow.OTHER, "on": today(), "noted_by": "private link"}
    )
    if is_new:
        record(actor, CaseAction.LETTER_DELIVERED, mails.target_of(request), {"how": "private link"})


def note_copy_read(actor: Actor, request: DataSubjectRequest) -> None:
    """A handler has opened the copy, for instance to post it."""
    record(actor, DataProtectionAction.DATA_REQUEST_READ, mails.target_of(request), {"copy": True})
