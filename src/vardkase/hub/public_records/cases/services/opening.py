"""Registering requests: by an officer, by the authority's own system, and by anybody on the public page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext, override

from vardkase.audit.services import AuditActor
from vardkase.core.addresses import subscriber_of
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.case_files.models import Direction
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.public_records.cases import filing, mails
from vardkase.hub.public_records.cases.models import RecordsCase, RequestChannel, Requester
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.quarantine import hold_events
from vardkase.hub.public_records.cases.queries import find_case
from vardkase.hub.public_records.cases.rules import CASE
from vardkase.hub.public_records.cases.texts import LONGEST_REQUEST, email_of, line_of, text_of
from vardkase.hub.public_records.officers.queries import people_of
from vardkase.hub.public_records.officers.rules import require_writing_officer
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id

HOUR = timedelta(hours=1)
FROM_ONE_ADDRESS = 5
FROM_ALL_VISITORS = 200
"""Requests an hour from one network address or with one e-mail address, and from all visitors."""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class TooManyRequests(Conflict):
    """The rate limit for requests is exceeded."""


@transaction.atomic
def register(
    actor: Actor, data: Mapping[str, Any], channel: RequestChannel = RequestChannel.OFFICER
) -> RecordsCase:
    """Register a request that reached the actor's authority; `data`: request, name, email, postal_address,
    requester, asked_at. Only `request` is required. Raises Forbidden, Invalid by field.
    """
    authority = require_writing_officer(actor)
    fields = _read(data)
    asked_at = data.get("asked_at")
    if isinstance(asked_at, datetime) and asked_at > timezone.now():
        raise Invalid({"asked_at": [RecordsProblem.NOT_RECEIVED_YET()]})
    case = RecordsCase(
        authority=Organisation.objects.get(pk=authority),
        channel=channel,
        asked_at=asked_at if isinstance(asked_at, datetime) else timezone.now(),
        responsible_id=actor.user_id,
        language=get_language() or "sv",
        **fields,
    )
    return _open(actor, case)


@transaction.atomic
def ask_as_visitor(visitor: Actor, data: Mapping[str, Any]) -> RecordsCase:
    """A request to the hub owner on the public page; who asks may give no name and no address.

    Raises Invalid by field, TooManyRequests, NotFound while no organisation runs the hub.
    """
    fields = _read({**data, "requester": Requester.PRIVATE})
    cursor().execute(LOCK, ("records requests of visitors",))
    lately = RecordsCase.objects.filter(channel=RequestChannel.PAGE, created__gte=timezone.now() - HOUR)
    email = fields["email"]
    to_address = lately.filter(email__iexact=email).count() if email else 0
    # By network and not by address: one subscriber of IPv6 has a whole /64 of them.
    network = subscriber_of(visitor.address)
    from_network = lately.filter(network__range=(str(network[0]), str(network[-1]))).count() if network else 0
    if max(to_address, from_network) >= FROM_ONE_ADDRESS or lately.count() >= FROM_ALL_VISITORS:
        raise TooManyRequests(RecordsProblem.TOO_MANY_REQUESTS())
    authority = first_or_not_found(
        Organisation.objects.filter(pk=host_organisation_id() or 0), RecordsProblem.NO_SUCH_CASE()
    )
    case = RecordsCase(
        authority=authority,
        channel=RequestChannel.PAGE,
        asked_at=timezone.now(),
        network=visitor.address,
        language=get_language() or "sv",
        **fields,
    )
    opened = _open(as_requester(visitor), case)
    mails.tell_officers(visitor, opened)
    return opened


@transaction.atomic
def change_requester(actor: Actor, number: str, data: Mapping[str, Any]) -> RecordsCase:
    """Record who asks, if the requester says so: name, email, postal_address, requester. Raises Invalid by field."""
    case = for_update(actor, number)
    fields = _read({**data, "request": case.request})
    for name in ("name", "email", "postal_address", "requester"):
        setattr(case, name, fields[name])
    case.save(update_fields=["name", "email", "postal_address", "requester"])
    note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_REQUESTER_CHANGED)
    return case


@transaction.atomic
def assign(actor: Actor, number: str, user_id: int) -> RecordsCase:
    """Make a person of the authority responsible for the case. Raises Invalid by field."""
    case = for_update(actor, number)
    person = people_of(case.authority_id).filter(pk=user_id).first()
    if person is None:
        raise Invalid({"responsible": [RecordsProblem.NO_SUCH_PERSON()]})
    case.responsible = person
    case.save(update_fields=["responsible"])
    note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_RESPONSIBLE, person.email)
    return case


def for_update(actor: Actor, number: str) -> RecordsCase:
    """The case of the actor's authority, locked for the rest of the transaction. Raises Forbidden, NotFound."""
    require_writing_officer(actor)
    return locked(find_case(actor, number).pk)


def locked(pk: int) -> RecordsCase:
    """For callers that have checked who acts."""
    rows = RecordsCase.objects.select_related("authority", "responsible").select_for_update(of=("self",))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(RecordsProblem.NO_SUCH_CASE())
    hold_events(found.pk)
    return found


def forget_networks() -> int:
    """Forget where visitors' requests came from, once it no longer counts towards the limit."""
    old = RecordsCase.objects.filter(created__lt=timezone.now() - HOUR).exclude(network=None)
    return old.update(network=None)


def as_requester(visitor: Actor) -> Actor:
    """The visitor, who stays anonymous in the audit log as well: it has other readers than the case."""
    with override("sv"):
        return replace(visitor, user_id=None, address=None, name=gettext("Requester"))


def _open(actor: AuditActor, case: RecordsCase) -> RecordsCase:
    case.number = _next_number(case.authority_id)
    case.save()
    filing.open_file(actor, case)
    with override("sv"):
        title, requester = gettext("Request for public records"), case.name or gettext("Anonymous requester")
    filing.file_text(actor, case, Direction.INCOMING, title, case.request, other=requester)
    note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_REGISTERED, channel=case.channel)
    mails.confirm(actor, case)
    return case


def _next_number(authority: int) -> str:
    """Counted by authority: a number must not tell of the cases of others."""
    cursor().execute(LOCK, (f"records cases {authority}",))
    start = f"U-{authority}-{today().year}-"
    numbers = RecordsCase.objects.filter(authority=authority, number__startswith=start)
    last = numbers.order_by("-pk").values_list("number", flat=True).first()
    return f"{start}{int((last or '0').rpartition('-')[2]) + 1:04d}"


def _read(data: Mapping[str, Any]) -> dict[str, str]:
    errors: dict[str, list[Problem]] = {}
    fields: dict[str, str] = {}
    readers: dict[str, Callable[[Any], str]] = {
        "request": lambda value: text_of(value, "request", most=LONGEST_REQUEST),
        "name": lambda value: line_of(value, "name"),
        "email": email_of,
        "postal_address": lambda value: text_of(value, "postal_address", most=500, required=False),
    }
    for name, reader in readers.items():
        try:
            fields[name] = reader(data.get(name))
        except Invalid as fault:
            errors |= {key: list(problems) for key, problems in fault.by_field.items()}
    fields["requester"] = str(data.get("requester") or Requester.PRIVATE)
    if fields["requester"] not in Requester.values:
        errors["requester"] = [CommonProblem.NO_SUCH_CHOICE(choices=Requester.values)]
    if errors:
        raise Invalid(errors)
    return fields
