"""Services for support requests: submitting and answering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from vardkase.audit.services import Target, record
from vardkase.core.addresses import subscriber_of
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.customer_service import connection_diagnosis, mails
from vardkase.hub.customer_service.models import RequestKind, SupportMessage, SupportRequest
from vardkase.hub.customer_service.models import RequestState as State
from vardkase.hub.customer_service.problems import SupportProblem
from vardkase.hub.customer_service.queries import colleagues, desk_requests, find_own_request
from vardkase.hub.customer_service.rules import FOR_THE_OPERATOR, REQUEST
from vardkase.hub.customer_service.settings import time_for
from vardkase.hub.lifecycle import NotImpartial, TransitionRefused
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.members.rules import refuse_interest
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import WRITING_CREDENTIALS
from vardkase.identity.accounts.four_eyes.persons import addresses_of, are_one_person

LONGEST_SUBJECT = 200
LONGEST_TEXT = 10_000
LONGEST_NAME = 200
HOUR = timedelta(hours=1)
FROM_ONE_ADDRESS = 5
FROM_ALL_VISITORS = 200
IN_ONE_REQUEST = 20
"""Requests an hour from one network address or to one e-mail address, from all visitors, and messages in a request."""


class TooMany(Conflict):
    """The rate limit for requests is exceeded."""


@transaction.atomic
def ask(actor: Actor, data: Mapping[str, Any]) -> SupportRequest:
    """Open a support request as a signed-in user; `data`: kind, subject, text. Raises Invalid by field,
    Forbidden.

    Also allowed for organisations restricted to reading.
    """
    if actor.user_id is None or actor.credential not in WRITING_CREDENTIALS:
        raise Forbidden
    fields = _read_request(data)
    request = SupportRequest(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        asker_name=actor.organisation_name[:LONGEST_NAME],
        asker_email=actor.name,
        address=actor.address,
        language=get_language() or "sv",
        diagnosis=connection_diagnosis.gather(actor) if fields["kind"] == RequestKind.CONNECTION else {},
    )
    return _open(actor, request, fields)


@transaction.atomic
def ask_as_visitor(actor: Actor, data: Mapping[str, Any]) -> SupportRequest:
    """Open a support request without an account; `data` has name and email as well.

    The confirmation, with the link that opens the request, goes to the given address. Raises Invalid by
    field, TooMany.
    """
    fields, (name, email) = _read_request(data), _asker(data)
    # By network and not by address: one subscriber of IPv6 has a whole /64 of them.
    lately = SupportRequest.objects.filter(user=None, created__gte=timezone.now() - HOUR)
    to_address = lately.filter(asker_email__iexact=email).count()
    network = subscriber_of(actor.address)
    from_network = lately.filter(address__range=(str(network[0]), str(network[-1]))).count() if network else 0
    if max(to_address, from_network) >= FROM_ONE_ADDRESS or lately.count() >= FROM_ALL_VISITORS:
        raise TooMany(SupportProblem.TOO_MANY_REQUESTS())
    request = SupportRequest(
        asker_name=name, asker_email=email, address=actor.address, language=get_language() or "sv"
    )
    return _open(as_asker(actor, request), request, fields)


@transaction.atomic
def register_for(actor: Actor, data: Mapping[str, Any]) -> SupportRequest:
    """Register a request received by other means from a person without an account; `data` as for a visitor.
    Raises Invalid."""
    fields, (name, email) = _read_request(data), _asker(data)
    request = SupportRequest(asker_name=name, asker_email=email, language=get_language() or "sv")
    return _open(actor, request, fields, author=email)


def as_asker(actor: Actor, request: SupportRequest) -> Actor:
    """`actor`, who has no account, under the requester's address."""
    return replace(actor, user_id=None, name=request.asker_email)


@transaction.atomic
def add_to_own(actor: Actor, pk: int, text: Any) -> SupportMessage:
    """Add a message to the actor's own request; reopens a solved one. Raises Invalid, NotFound."""
    if actor.user_id is None or actor.credential not in WRITING_CREDENTIALS:
        raise Forbidden
    return add_as_asker(actor, find_own_request(actor, pk), text)


@transaction.atomic
def add_as_asker(
    actor: Actor, request: SupportRequest, text: Any, *, by_mail: bool = False
) -> SupportMessage:
    """Add a message as the holder of the request's private link, or by mail. Raises Invalid, TooMany."""
    locked = SupportRequest.objects.select_for_update().get(pk=request.pk)
    since = timezone.now() - HOUR
    if locked.messages.filter(from_staff=False, created__gte=since).count() >= IN_ONE_REQUEST:
        raise TooMany(SupportProblem.TOO_MANY_MESSAGES())
    asker = actor if actor.name else as_asker(actor, locked)
    message = _add_message(asker, locked, _text(text), by_mail=by_mail)
    step = {State.WAITING: "answered", State.SOLVED: "reopen"}.get(State(locked.state))
    if step:
        take_step(asker, REQUEST, locked, step)
    _touch(locked)
    mails.notify_desk(locked, asker)
    return message


@transaction.atomic
def answer(actor: Actor, pk: int, text: Any, *, step: str = "", internal: bool = False) -> SupportMessage:
    """Reply to the requester, or add an internal note; `step` is "ask" or "solve" if the answer does that.

    The first to answer takes on the request. Raises Invalid, TransitionRefused, NotFound, Forbidden.
    """
    request = for_desk(actor, pk)
    message = _add_message(actor, request, _text(text), internal=internal, from_staff=True)
    if not internal:
        if request.owner_id is None and actor.user_id:
            request.owner_id = actor.user_id
            request.save(update_fields=["owner"])
        if step or request.state == State.NEW:
            take_step(actor, REQUEST, request, step or "take")
        mails.notify_asker(request, actor)
    _touch(request)
    return message


@transaction.atomic
def step_on(actor: Actor, pk: int, step: str) -> SupportRequest:
    """Apply a transition of the state machine. Raises TransitionRefused, NotFound, Forbidden."""
    request = for_desk(actor, pk)
    # The machine has that step for the requester, whose message takes it.
    if step == "answered":
        raise TransitionRefused(SupportProblem.NOT_THE_ASKER())
    if step == "take" and actor.user_id:
        request.owner_id = actor.user_id
        request.save(update_fields=["owner"])
    take_step(actor, REQUEST, request, step)
    _touch(request)
    return request


@transaction.atomic
def assign(actor: Actor, pk: int, user_id: int | None) -> SupportRequest:
    """Assign a request to a colleague at the desk for its kind, or to nobody. Raises Invalid, NotFound."""
    request = for_desk(actor, pk)
    owner = colleagues(request.kind).filter(pk=user_id or 0).first()
    # Nobody handles their own request.
    if user_id and (owner is None or owner.email.casefold() == request.asker_email.casefold()):
        raise Invalid({"owner": [SupportProblem.NOT_AT_THIS_DESK()]})
    request.owner = owner
    request.save(update_fields=["owner"])
    record(
        actor, HubAction.SUPPORT_REQUEST_ASSIGNED, _target(request), {"owner": owner.email if owner else ""}
    )
    return request


@transaction.atomic
def route(actor: Actor, pk: int, kind: Any, subject: Any = "") -> SupportRequest:
    """Change the kind of a request, which can move it to another desk and changes its deadline.

    Requests for the operator need a `subject` that reveals no content. Raises Invalid by field, NotFound.
    """
    request = for_desk(actor, pk)
    if kind not in RequestKind.values:
        raise Invalid({"kind": [SupportProblem.UNKNOWN_KIND()]})
    before, other_desk = request.kind, (kind in FOR_THE_OPERATOR) != (request.kind in FOR_THE_OPERATOR)
    # The operator may not read content, and the requester's own subject may hold some.
    if other_desk and kind in FOR_THE_OPERATOR and not str(subject or "").strip():
        raise Invalid({"subject": [SupportProblem.SUBJECT_FOR_OPERATOR()]})
    if str(subject or "").strip():
        request.subject = _line(subject, "subject", LONGEST_SUBJECT)
    # From when it was asked: routing it on gives nobody more time.
    request.kind, request.deadline = kind, request.created + time_for(kind)
    if other_desk:
        request.owner = None
    request.save()
    record(actor, HubAction.SUPPORT_REQUEST_ROUTED, _target(request), {"kind": [before, kind]})
    mails.notify_desk(request, actor)
    return request


def _open(actor: Actor, request: SupportRequest, fields: dict[str, str], author: str = "") -> SupportRequest:
    request.kind, request.subject = fields["kind"], fields["subject"]
    request.deadline = timezone.now() + time_for(request.kind)
    request.save()
    record(actor, HubAction.SUPPORT_REQUEST_OPENED, _target(request), {"kind": request.kind})
    _add_message(replace(actor, name=author, user_id=None) if author else actor, request, fields["text"])
    mails.confirm(request, actor)
    mails.notify_desk(request, actor)
    return request


def _add_message(
    actor: Actor,
    request: SupportRequest,
    text: str,
    *,
    internal: bool = False,
    from_staff: bool = False,
    by_mail: bool = False,
) -> SupportMessage:
    return SupportMessage.objects.create(
        request=request,
        kind=request.kind,
        text=text,
        internal=internal,
        from_staff=from_staff,
        by_mail=by_mail,
        user_id=actor.user_id,
        author=actor.name,
    )


def for_desk(actor: Actor, pk: int) -> SupportRequest:
    """A request that the actor may handle, locked. Raises NotFound, Forbidden, NotImpartial."""
    actor.require_writing()
    request = first_or_not_found(
        desk_requests(actor).select_for_update(of=("self",)).filter(pk=pk), SupportProblem.NO_SUCH_REQUEST()
    )
    if is_own_request(actor, request):
        raise NotImpartial(SupportProblem.OWN_REQUEST())
    if request.organisation_id:
        refuse_interest(actor, request.organisation_id)
    return request


def is_own_request(actor: Actor, request: SupportRequest) -> bool:
    """True if the actor is the requester, under any address that their account has had."""
    if actor.user_id is None:
        return False
    is_asker = request.user_id == actor.user_id
    return is_asker or are_one_person(addresses_of(actor.user_id, actor.name), {request.asker_email})


def _touch(request: SupportRequest) -> None:
    request.save(update_fields=["changed"])


def _read_request(data: Mapping[str, Any]) -> dict[str, str]:
    errors: dict[str, Sequence[Problem]] = {}
    fields = {"kind": str(data.get("kind") or "")}
    if fields["kind"] not in RequestKind.values:
        errors["kind"] = [SupportProblem.UNKNOWN_KIND()]
    for name, longest in (("subject", LONGEST_SUBJECT), ("text", LONGEST_TEXT)):
        try:
            fields[name] = (_line if name == "subject" else _text)(data.get(name), name, longest)
        except Invalid as fault:
            errors |= fault.errors if isinstance(fault.errors, Mapping) else {}
    if errors:
        raise Invalid(errors)
    return fields


def _asker(data: Mapping[str, Any]) -> tuple[str, str]:
    name, email = str(data.get("name") or "").strip(), str(data.get("email") or "").strip()
    try:
        validate_email(email)
    except ValidationError as fault:
        raise Invalid({"email": [SupportProblem.NO_ADDRESS()]}) from fault
    if "\0" in name or len(name) > LONGEST_NAME or len(email) > 255:
        raise Invalid({"name": [HubProblem.TEXT_LENGTH(count=LONGEST_NAME)]})
    return " ".join(name.split()), email


def _text(value: Any, field: str = "text", longest: int = LONGEST_TEXT) -> str:
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if not text or len(text) > longest or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=longest)]})
    return text


def _line(value: Any, field: str, longest: int) -> str:
    return " ".join(_text(value, field, longest).split())


def _target(request: SupportRequest) -> Target:
    return Target(REQUEST.kind, request.pk, request.uuid, str(request))
