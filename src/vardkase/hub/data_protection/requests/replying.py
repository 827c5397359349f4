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
from django.utils.translation import gettext, ngettext, override

from vardkase.audit.services import record
from vardkase.core import typeset
from vardkase.core.clock import today
from vardkase.core.errors import Conflict
from vardkase.core.mail.settings import SENDER_NAME, sender
from vardkase.core.private_links import page_address
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, preview, write
from vardkase.hub.correspondence.models import DeliveredHow, Delivery, Letter
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.settings import APPEAL_COURT, SENDER_ADDRESS, SERVICE_NAME
from vardkase.hub.data_protection.problems import DataRequestProblem
from vardkase.hub.data_protection.requests import mails
from vardkase.hub.data_protection.requests.models import (
    ConcernedItem,
    DataSubjectRequest,
    DataSubjectRight,
    FoundItemKind,
    ItemOutcome,
)
from vardkase.hub.data_protection.requests.person import GivenCopy, opened, opened_copy
from vardkase.hub.data_protection.requests.queries import outcomes
from vardkase.hub.data_protection.requests.rules import REQUEST, refusal_grounds
from vardkase.hub.data_protection.requests.services import LONGEST_REASON, LONGEST_TEXT, locked, text_of
from vardkase.hub.data_protection.requests.spilled import titles_in_quarantine, without
from vardkase.hub.law.queries import find_deadline, provisions
from vardkase.hub.lifecycle.services import take_step
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event

KIND = "letter_data_subject"
"""The kind of the letter; how to appeal is its section "appeal_data_subject"."""
COPY = Path(__file__).with_name("copy.typ")
LANGUAGES = ("sv", "en")
PROCESSING_PAGE = "/about/personal-data/"


@transaction.atomic
def preview_reply(actor: Actor, pk: int, text: str) -> bytes:
    """The letter as PDF, as a draft. Raises as `reply`."""
    request = locked(actor, pk)
    _require_ready()
    return preview(_contents(actor, request, text_of(text, "text", LONGEST_TEXT)))


@transaction.atomic
def reply(actor: Actor, pk: int, text: str, *, without_because: str = "") -> Letter:
    """Decide on the hub owner's part, write the letter, and close the request.

    `without_because`: why it is answered although a controller has not. Raises Conflict, Invalid, NotFound, Forbidden.
    """
    request = locked(actor, pk)
    text = text_of(text, "text", LONGEST_TEXT)
    _require_complete(request, without_because)
    _require_ready()
    why_not_waited = (
        text_of(without_because, "without_because", LONGEST_REASON) if without_because.strip() else ""
    )
    letter = write(actor, _contents(actor, request, text, why_not_waited), mails.target_of(request))
    take_step(actor, REQUEST, request, "answer")
    request.closed_at = timezone.now()
    request.save()
    mails.tell_person(request, actor)
    return letter


def _require_complete(request: DataSubjectRequest, without_because: str) -> None:
    if request.searched_at is None:
        raise Conflict(DataRequestProblem.NOT_SEARCHED())
    if ConcernedItem.objects.filter(
        controller__request=request, controller__is_hub_owner=True, outcome=""
    ).exists():
        raise Conflict(DataRequestProblem.OWN_ITEMS_UNANSWERED())
    others = request.controllers.filter(is_hub_owner=False, answered_at=None)
    if others.exists() and not without_because.strip():
        raise Conflict(DataRequestProblem.UNANSWERED())


def _require_ready() -> None:
    """The reply is a decision, and says who decides and where to appeal (7 kap. 2 § dataskyddslagen)."""
    missing = [each.name for each in (SENDER_NAME, SENDER_ADDRESS, APPEAL_COURT) if not each.value.strip()]
    if missing:
        raise Conflict(LetterProblem.SENDER_UNKNOWN(names=missing))


def _contents(actor: Actor, request: DataSubjectRequest, text: str, why_not_waited: str = "") -> Contents:
    person = opened(request.person)
    decider = User.objects.filter(pk=actor.user_id or 0).first()
    asks_access = DataSubjectRight.ACCESS in request.rights
    facts, signatures = {}, {}
    for language in LANGUAGES:
        with override(language):
            signed = signature_of(decider, language) if decider else actor.name
            signatures[language] = [signed]
            not_done = refusals(request)
            facts[language] = {
                "number": request.number,
                "arrived": formatted(request.arrived_on, "j F Y"),
                "rights": "\n".join(request.right_labels),
                "results": "\n".join(results(request)),
                "refusals": "\n".join(filter(None, (*not_done, why_not_waited if not_done else "")))
                or gettext("Nothing was refused."),
                "copy": _copy_in_letter(request),
                "provisions": "\n".join(provisions_of(request)),
                "processing_heading": gettext("About the processing") if asks_access else "",
                "processing": _processing() if asks_access else "",
                "reason": text,
                "decider": signed,
                "court": APPEAL_COURT.value,
                "appeal_period": find_deadline("appeal_private").period,
                "sender": sender(),
                "sender_address": sender_and_address(),
                "service": SERVICE_NAME.value,
            }
    address = [person.name, *(person.address or person.email).splitlines()]
    return Contents(
        kind=KIND,
        number=request.number,
        sender=sender(),
        address=[line for line in address if line.strip()],
        facts=facts,
        signatures=signatures,
        translated=request.language == "en",
    )


def results(request: DataSubjectRequest) -> list[str]:
    """For each controller what was done, in a line."""
    by_controller: dict[str, list[str]] = defaultdict(list)
    counted_by = outcomes(request)
    for name, outcome, count in counted_by:
        if outcome in ("", ItemOutcome.REFUSED):
            continue
        words = ItemOutcome(outcome).label
        counted = ngettext("%(n)s item", "%(n)s items", count) % {"n": count}
        by_controller[name].append(f"{words}: {counted}")
    contacts = dict(request.controllers.filter(is_hub_owner=False).values_list("name", "contact_email"))
    lines = [
        f"{name}{f' ({contacts[name]})' if contacts.get(name) else ''}. {'. '.join(done)}."
        for name, done in by_controller.items()
    ]
    if not counted_by:
        return [gettext("We have found no data on you on the hub.")]
    return lines or [gettext("Nothing of what you asked for.")]


def refusals(request: DataSubjectRequest) -> list[str]:
    """What was refused, with the ground, and who has not answered."""
    cited = refusal_grounds()
    rows = ConcernedItem.objects.filter(controller__request=request, outcome=ItemOutcome.REFUSED)
    found = rows.order_by("controller__name").values_list("controller__name", "ground", "reason").distinct()
    lines = [
        f"{name}: {' '.join(reason.split())} ({cited.get(ground, ground)})." for name, ground, reason in found
    ]
    waiting = request.controllers.filter(is_hub_owner=False, answered_at=None).order_by("name")
    silent = gettext(
        "%(name)s has not answered. It is obliged to reply to you itself; you can contact it directly."
    )
    for name, email in waiting.values_list("name", "contact_email"):
        lines.append(silent % {"name": f"{name} ({email})" if email else name})
    return lines


def provisions_of(request: DataSubjectRequest) -> list[str]:
    """The provisions applied: the rights asked for, and the grounds of refusals."""
    known = provisions()
    rows = ConcernedItem.objects.filter(controller__request=request, outcome=ItemOutcome.REFUSED)
    grounds = sorted(set(rows.values_list("ground", flat=True)))
    keys = dict.fromkeys(
        ["gdpr_12", *(RIGHTS_IN[DataSubjectRight(right)] for right in request.rights), *grounds]
    )
    return [known[key].title for key in keys if key in known]


def _copy_in_letter(request: DataSubjectRequest) -> str:
    if not ConcernedItem.objects.filter(controller__request=request, outcome=ItemOutcome.GIVEN).exists():
        return ""
    return gettext("The data that are given out are in the copy that belongs to this letter.")


def _processing() -> str:
    """What article 15.1 asks for besides the copy, of the hub owner's own processing."""
    return gettext(
        "Purposes, categories of data, recipients and storage periods are stated at %(link)s. The copy states where "
        "the data come from. You can request rectification, erasure or restriction, and object to the processing. No "
        "automated decisions are made about you."
    ) % {"link": page_address(PROCESSING_PAGE) or PROCESSING_PAGE}


RIGHTS_IN = {
    DataSubjectRight.ACCESS: "gdpr_15",
    DataSubjectRight.RECTIFICATION: "gdpr_16",
    DataSubjectRight.ERASURE: "gdpr_17",
    DataSubjectRight.RESTRICTION: "gdpr_18",
    DataSubjectRight.OBJECTION: "gdpr_21",
}


@dataclass(frozen=True, slots=True)
class CopyOfData:
    """What one controller gave out to the person."""

    controller: str
    items: tuple[GivenCopy, ...]


def copies(request: DataSubjectRequest) -> list[CopyOfData]:
    found: dict[str, list[GivenCopy]] = defaultdict(list)
    rows = ConcernedItem.objects.filter(controller__request=request, outcome=ItemOutcome.GIVEN)
    rows = rows.exclude(given="").select_related("controller")
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
    return typeset.pdf(COPY, data, language=request.language, pool=typeset.records)


def _document(request: DataSubjectRequest, given: Sequence[CopyOfData]) -> Mapping[str, Any]:
    return {"number": request.number, "controllers": msgspec.to_builtins(given)}


@transaction.atomic
def note_opened(actor: Actor, request: DataSubjectRequest, letter: Letter) -> None:
    """The person has opened the letter through their private link: it is delivered."""
    _delivery, is_new = Delivery.objects.get_or_create(
        letter=letter, defaults={"how": DeliveredHow.OTHER, "on": today(), "noted_by": "private link"}
    )
    if is_new:
        record(actor, HubAction.LETTER_DELIVERED, mails.target_of(request), {"how": "private link"})


def note_copy_read(actor: Actor, request: DataSubjectRequest) -> None:
    """A handler has opened the copy, for instance to post it."""
    record(actor, HubAction.DATA_REQUEST_READ, mails.target_of(request), {"copy": True})
