"""Services for requests from data subjects: received, searched, passed to the controllers, extended, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext

from vardkase.audit.services import record
from vardkase.core.addresses import subscriber_of
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.jobs.ordered import is_ordered
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import DataProtectionAction
from vardkase.hub.case_files.models import CaseKind, Direction
from vardkase.hub.case_files.services import file_document, open_case_file
from vardkase.hub.data_protection.problems import DataRequestProblem
from vardkase.hub.data_protection.requests import mails
from vardkase.hub.data_protection.requests.filing import file_sent
from vardkase.hub.data_protection.requests.models import DataRequestState as State
from vardkase.hub.data_protection.requests.models import DataSubjectRequest, DataSubjectRight
from vardkase.hub.data_protection.requests.person import DataSubject, opened, sealed, sender_mark
from vardkase.hub.data_protection.requests.queries import requests
from vardkase.hub.data_protection.requests.rules import EXTEND_DATA_REQUEST, OPEN, REQUEST
from vardkase.hub.data_protection.requests.terms import SHORTEST, SearchTerm, TermKind, field_of, read_terms
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.hub.data_protection.settings import CONTROLLER_DAYS
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor

LONGEST_TEXT = 5_000
LONGEST_NAME = 200
LONGEST_REASON = 1_000
HOUR = timedelta(hours=1)
YEAR = timedelta(days=366)
FROM_ONE_ADDRESS = 5
FROM_ALL_VISITORS = 100
"""Requests an hour from one network address or to one e-mail address, and from all visitors."""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class TooManyDataRequests(Conflict):
    """The rate limit for requests is exceeded."""


@transaction.atomic
def open_as_visitor(actor: Actor, data: Mapping[str, Any]) -> DataSubjectRequest:
    """Receive a request by the public form; the receipt, with a private link, goes to the given address.

    `data`: rights, name, email, address, text, and what to search for by TermKind. Raises Invalid by field,
    TooManyDataRequests.
    """
    rights, person = _read(data)
    _check_email(person.email)
    mark = sender_mark(person.email)
    cursor().execute(LOCK, ("data subjects' requests",))
    # By network and not by address: one subscriber of IPv6 has a whole /64 of them.
    lately = DataSubjectRequest.objects.filter(created__gte=timezone.now() - HOUR).exclude(address=None)
    network = subscriber_of(actor.address)
    from_network = lately.filter(address__range=(str(network[0]), str(network[-1]))).count() if network else 0
    if max(from_network, lately.filter(sender_mark=mark).count()) >= FROM_ONE_ADDRESS:
        raise TooManyDataRequests(DataRequestProblem.TOO_MANY_REQUESTS())
    if lately.count() >= FROM_ALL_VISITORS:
        raise TooManyDataRequests(DataRequestProblem.TOO_MANY_REQUESTS())
    made = DataSubjectRequest(address=actor.address, sender_mark=mark)
    return _opened(actor, made, rights, person, today())


@transaction.atomic
def register(actor: Actor, data: Mapping[str, Any]) -> DataSubjectRequest:
    """Register a request that arrived by other means on the day `arrived_on`. Raises Invalid by field, Forbidden."""
    actor.require_writing()
    actor.require_staff(*HANDLERS)
    rights, person = _read(data)
    if person.email:
        _check_email(person.email)
    if not person.email and not person.address:
        raise Invalid({"email": [DataRequestProblem.NO_REPLY_ADDRESS()]})
    arrived = data.get("arrived_on")
    if not isinstance(arrived, date) or not today() - YEAR <= arrived <= today():
        raise Invalid({"arrived_on": [DataRequestProblem.ARRIVAL_DAY()]})
    return _opened(actor, DataSubjectRequest(owner_id=actor.user_id), rights, person, arrived)


def _opened(
    actor: Actor, made: DataSubjectRequest, rights: list[str], person: DataSubject, arrived: date
) -> DataSubjectRequest:
    made.rights, made.person, made.arrived_on = rights, sealed(person), arrived
    made.language = get_language() or "sv"
    made.deadline = last_day(find_deadline("data_subject_request"), arrived) or arrived
    made.save()
    record(actor, DataProtectionAction.DATA_REQUEST_OPENED, mails.target_of(made), {"rights": rights})
    case_file = open_case_file(
        actor, CaseKind.DATA_SUBJECT, made.number, REQUEST.kind, made.pk, number=made.number
    )
    # What was asked, without what is erased later: documents of a case are never changed.
    words = "\n".join(made.right_labels)
    file_document(actor, case_file, Direction.INCOMING, gettext("Request from a data subject"), words)
    mails.confirm(made, actor)
    mails.notify_handlers("data_request_to_handlers", made, actor)
    return made


@transaction.atomic
def change_terms(actor: Actor, pk: int, data: Mapping[str, Any]) -> DataSubjectRequest:
    """Change what to search for. Raises Invalid by field, Conflict once it has been sent on, NotFound, Forbidden."""
    request = _for_handler(actor, pk)
    _require_unsent(request)
    person = opened(request.person)
    terms = read_terms(data)
    if not terms:
        raise Invalid({field_of(TermKind.NAME): [DataRequestProblem.NOTHING_TO_SEARCH()]})
    request.person = sealed(
        DataSubject(
            name=person.name, email=person.email, address=person.address, text=person.text, terms=terms
        )
    )
    # What was found was found with the former values.
    request.searched_at = request.search_ordered_at = None
    request.controllers.all().delete()
    _begin(actor, request)
    request.save()
    record(
        actor,
        DataProtectionAction.DATA_REQUEST_TERMS_CHANGED,
        mails.target_of(request),
        {"count": len(terms)},
    )
    return request


def search_lock(pk: int) -> str:
    """The lock of the job that searches for a request."""
    return f"data request {pk}"


@transaction.atomic
def begin_search(actor: Actor, pk: int) -> DataSubjectRequest:
    """Note that the search was ordered; the caller orders the job. Raises Conflict, Invalid, NotFound, Forbidden."""
    request = _for_handler(actor, pk)
    _require_unsent(request)
    if not opened(request.person).terms:
        raise Conflict(DataRequestProblem.NOTHING_TO_SEARCH())
    if is_ordered([search_lock(pk)]):
        raise Conflict(DataRequestProblem.SEARCH_RUNNING())
    _begin(actor, request)
    request.search_ordered_at, request.searched_at = timezone.now(), None
    request.save()
    return request


@transaction.atomic
def extend(actor: Actor, pk: int, reason: str) -> DataSubjectRequest:
    """Extend the time by two months, with a reason that the person is told (article 12.3).

    Raises Conflict after the first month or if it was extended before, Invalid, NotFound, Forbidden.
    """
    request = _for_handler(actor, pk)
    EXTEND_DATA_REQUEST.require_right(actor)
    if request.extended_at:
        raise Conflict(DataRequestProblem.ALREADY_EXTENDED())
    if today() > request.deadline:
        raise Conflict(DataRequestProblem.TOO_LATE_TO_EXTEND())
    request.extended_because = text_of(reason, "reason", LONGEST_REASON)
    before = request.deadline
    extended = last_day(find_deadline("data_subject_request_extended"), request.arrived_on)
    request.deadline, request.extended_at = extended or before, timezone.now()
    request.save()
    change = {"deadline": [before.isoformat(), request.deadline.isoformat()]}
    record(actor, DataProtectionAction.DATA_REQUEST_EXTENDED, mails.target_of(request), change)
    mails.tell_person(request, actor)
    return request


@transaction.atomic
def ask_identity(actor: Actor, pk: int, reason: str) -> DataSubjectRequest:
    """Ask the person to show who they are, because of a reasonable doubt (article 12.6). Raises as `extend`."""
    request = _for_handler(actor, pk)
    request.identity_because = text_of(reason, "reason", LONGEST_REASON)
    request.save()
    take_step(actor, REQUEST, request, "ask_identity")
    mails.tell_person(request, actor)
    return request


@transaction.atomic
def step_on(actor: Actor, pk: int, step: str) -> DataSubjectRequest:
    """Take the request, confirm the identity, or note that the person has withdrawn it."""
    request = _for_handler(actor, pk)
    if step not in ("take", "confirm_identity", "withdraw"):
        raise Forbidden
    if step == "take":
        request.owner_id = actor.user_id
        request.save()
    take_step(actor, REQUEST, request, step)
    if step == "withdraw":
        request.closed_at = timezone.now()
        request.save()
    return request


@transaction.atomic
def send_to_controllers(actor: Actor, pk: int) -> int:
    """Send each controller but the hub owner exactly its own items, with a deadline; returns how many.

    Raises Conflict before the search, TransitionRefused, NotFound, Forbidden.
    """
    request = _for_handler(actor, pk)
    if request.searched_at is None:
        raise Conflict(DataRequestProblem.NOT_SEARCHED())
    others = list(request.controllers.filter(is_hub_owner=False).select_related("request"))
    if not others:
        raise Conflict(DataRequestProblem.NOTHING_FOUND())
    take_step(actor, REQUEST, request, "send")
    answer_by = min(request.deadline, today() + timedelta(days=CONTROLLER_DAYS.value))
    request.controllers.update(sent_at=timezone.now(), answer_by=answer_by)
    for controller in others:
        controller.answer_by = answer_by
        file_sent(actor, controller)
        mails.notify_controller("data_request_to_controller", controller, actor)
    return len(others)


def locked(actor: Actor, pk: int) -> DataSubjectRequest:
    return _for_handler(actor, pk)


def unlocked(actor: Actor, pk: int) -> DataSubjectRequest:
    """As `locked`, for what changes nothing. Raises as it."""
    actor.require_writing()
    return _open_to(actor, requests(actor).filter(pk=pk))


def text_of(value: Any, field: str, longest: int) -> str:
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if not text or len(text) > longest or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=longest)]})
    return text


def _for_handler(actor: Actor, pk: int) -> DataSubjectRequest:
    actor.require_writing()
    return _open_to(actor, requests(actor).select_related(None).select_for_update().filter(pk=pk))


def _open_to(actor: Actor, rows: QuerySet[DataSubjectRequest]) -> DataSubjectRequest:
    request = first_or_not_found(rows, DataRequestProblem.NO_SUCH_REQUEST())
    if request.state not in OPEN:
        raise Conflict(DataRequestProblem.NOT_OPEN())
    if opened(request.person).email.casefold() == actor.name.casefold() != "":
        raise Forbidden(DataRequestProblem.OWN_REQUEST())
    return request


def _require_unsent(request: DataSubjectRequest) -> None:
    if request.state == State.WITH_CONTROLLERS:
        raise Conflict(DataRequestProblem.ALREADY_SENT())


def _begin(actor: Actor, request: DataSubjectRequest) -> None:
    if request.state == State.RECEIVED:
        request.owner_id = request.owner_id or actor.user_id
        take_step(actor, REQUEST, request, "take")


def _read(data: Mapping[str, Any]) -> tuple[list[str], DataSubject]:
    errors: dict[str, list[Problem]] = {}

    def line(name: str, longest: int) -> str:
        text = str(data.get(name) or "").replace("\r\n", "\n").strip()
        if len(text) > longest or "\0" in text:
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
        return text

    given = data.get("rights") or []
    rights = [right for right in DataSubjectRight.values if right in given]
    if not rights or len(rights) != len(set(given)):
        errors["rights"] = [DataRequestProblem.NO_RIGHT()]
    name, email = " ".join(line("name", LONGEST_NAME).split()), line("email", 254)
    if len(name) < SHORTEST and "name" not in errors:
        errors["name"] = [DataRequestProblem.NO_NAME(least=SHORTEST)]
    # Who asks is looked for by name and address in any case.
    own = [SearchTerm(TermKind.NAME, name), *([SearchTerm(TermKind.EMAIL, email)] if email else [])]
    try:
        terms = read_terms(data, *own)
    except Invalid as refused:
        errors |= {name: list(problems) for name, problems in refused.by_field.items()}
        terms = ()
    person = DataSubject(
        name=name, email=email, address=line("address", 500), text=line("text", LONGEST_TEXT), terms=terms
    )
    if errors:
        raise Invalid(errors)
    return rights, person


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as fault:
        raise Invalid({"email": [DataRequestProblem.NO_ADDRESS()]}) from fault
