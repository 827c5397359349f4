"""A support request that is in fact a request for public records, one from a data subject, or an appeal.

It becomes such a case, which counts from when the message arrived in which the requester asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.appeals.kinds import kind_of
from vardkase.hub.case_files.appeals.models import number_of
from vardkase.hub.case_files.appeals.services import ReceivedAppeal, register_appeal
from vardkase.hub.case_files.models import CaseFile, Direction
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import find_case_file
from vardkase.hub.case_files.services import file_document
from vardkase.hub.customer_service import services
from vardkase.hub.customer_service.models import SupportMessage, SupportRequest
from vardkase.hub.customer_service.problems import SupportProblem
from vardkase.hub.customer_service.queries import conversation
from vardkase.hub.customer_service.rules import OFFICERS
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.sectors import Sector
from vardkase.hub.public_records.cases.filing import file_of
from vardkase.hub.public_records.cases.models import Requester
from vardkase.hub.public_records.cases.services import opening
from vardkase.hub.public_records.cases.texts import LONGEST_REQUEST
from vardkase.hub.public_records.officers.rules import authority_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole


class Becomes(models.TextChoices):
    RECORDS = "records", _("A request for public records")
    DATA_SUBJECT = "data_subject", _("A request from a data subject")
    APPEAL = "appeal", _("An appeal against a decision")


class HasNumber(Protocol):
    @property
    def number(self) -> str:
        pass


_register_data_request: list[Callable[[Actor, Mapping[str, Any]], HasNumber]] = []


def register_data_requests(register: Callable[[Actor, Mapping[str, Any]], HasNumber]) -> None:
    """How a request from a data subject is registered, by a package beside this one. Its case has the same number."""
    _register_data_request[:] = [register]


def kinds_for(actor: Actor) -> list[Becomes]:
    """What the actor may make of a support request."""
    is_legal = StaffRole.LEGAL_OFFICER in actor.staff
    may = {
        Becomes.RECORDS: bool(authority_of(actor)) and is_legal,
        Becomes.DATA_SUBJECT: is_legal,
        Becomes.APPEAL: not actor.staff.isdisjoint(OFFICERS),
    }
    return [kind for kind in Becomes if may[kind]]


def case_of(actor: Actor, request: SupportRequest) -> CaseFile | None:
    """The case that the request has become, if the actor may read it."""
    return readable(actor).filter(pk=request.case_file_id).first() if request.case_file_id else None


@transaction.atomic
def open_case(actor: Actor, pk: int, kind: str, data: Mapping[str, Any]) -> CaseFile:
    """Open the case, tell the requester its number, and mark the support request as solved.

    `data`: `message` is the requester's message that asks for it, the last one unless it is given; `rights` for a data
    subject's request, `decision` for an appeal: the number of the decision, or of its case.
    Raises Invalid by field, Conflict if it has become one before, NotFound, Forbidden.
    """
    request = services.for_desk(actor, pk)
    if request.case_file_id:
        raise Conflict(SupportProblem.IS_A_CASE())
    if kind not in Becomes.values:
        raise Invalid({"kind": [CommonProblem.NO_SUCH_CHOICE(choices=Becomes.values)]})
    if kind not in kinds_for(actor):
        raise Forbidden
    asking = _asking(request, data.get("message"))
    with override(request.language):
        match Becomes(kind):
            case Becomes.RECORDS:
                opened = _records_case(actor, request, asking)
            case Becomes.DATA_SUBJECT:
                opened = _data_request(actor, request, asking, data)
            case Becomes.APPEAL:
                opened = _appeal(actor, request, asking, str(data.get("decision") or ""))
        told = gettext(
            "We handle this as %(kind)s, case %(number)s. It counts as received on %(day)s. You will hear from us in "
            "that case."
        ) % {
            "kind": TOLD[Becomes(kind)](),
            "number": opened.number,
            "day": date_format(timezone.localdate(asking.created), "j F Y"),
        }
    request.case_file = opened
    request.save(update_fields=["case_file"])
    services.answer(actor, pk, told, step="solve")
    return opened


def messages_of_requester(request: SupportRequest) -> list[SupportMessage]:
    """The newest first."""
    return [message for message in reversed(conversation(request)) if not message.from_staff]


def _asking(request: SupportRequest, message_id: Any) -> SupportMessage:
    said = messages_of_requester(request)
    if message_id in (None, ""):
        return said[0]
    for message in said:
        if str(message.pk) == str(message_id):
            return message
    raise Invalid({"message": [CommonProblem.NO_SUCH_CHOICE(choices=[each.pk for each in said])]})


def _records_case(actor: Actor, request: SupportRequest, asking: SupportMessage) -> CaseFile:
    is_state = Membership.objects.filter(
        organisation=request.organisation_id or 0, sector=Sector.STATE_AUTHORITY
    )
    case = opening.register(
        actor,
        {
            "request": f"{request.subject}\n\n{asking.text}"[:LONGEST_REQUEST],
            "name": request.asker_name,
            "email": request.asker_email,
            "requester": Requester.STATE if is_state.exists() else Requester.PRIVATE,
            "asked_at": asking.created,
        },
    )
    case_file = file_of(case)
    _file_conversation(actor, request, case_file)
    return case_file


def _data_request(
    actor: Actor, request: SupportRequest, asking: SupportMessage, data: Mapping[str, Any]
) -> CaseFile:
    """What was written is not filed: it is personal data that is erased in time, and documents are not.

    The name is searched for, and that of somebody with an account is here the organisation's.
    """
    given = {
        "rights": list(data.get("rights") or []),
        "name": (not request.user_id and request.asker_name) or request.asker_email,
        "email": request.asker_email,
        "text": f"{request.subject}\n\n{_words(request)}"[:LONGEST_OF_DATA_SUBJECT],
        "arrived_on": timezone.localdate(asking.created),
    }
    (register,) = _register_data_request
    return find_case_file(actor, register(actor, given).number)


def _appeal(actor: Actor, request: SupportRequest, asking: SupportMessage, decision: str) -> CaseFile:
    case_file, decision_id = _decision(actor, decision)
    received = ReceivedAppeal(
        appellant=request.asker_name or request.asker_email,
        claim=asking.text,
        arrived_on=timezone.localdate(asking.created),
        text=_words(request),
    )
    try:
        return register_appeal(actor, case_file, decision_id, received).case_file
    except Invalid as refused:
        # The day is that of the message.
        fields = {
            "message" if name == "arrived_on" else name: each for name, each in refused.by_field.items()
        }
        raise Invalid(fields) from refused


def _decision(actor: Actor, named: str) -> tuple[CaseFile, int]:
    """By the number of a letter ("M-2026-00012:2"), or of a case with one decision that can be appealed."""
    number = "".join(named.split())
    try:
        case_file = find_case_file(actor, number.partition(":")[0])
        decisions = kind_of(case_file).decisions(case_file)
    except NotFound as missing:
        raise Invalid({"decision": [CaseFileProblem.NOT_APPEALABLE()]}) from missing
    found = [each for each in decisions if number in (number_of(each), case_file.number)]
    if len(found) != 1:
        raise Invalid({"decision": [CaseFileProblem.NOT_APPEALABLE()]})
    return case_file, found[0].pk


def _file_conversation(actor: Actor, request: SupportRequest, case_file: CaseFile) -> None:
    with override("sv"):
        title = gettext("Conversation with support, request %(n)s") % {"n": request.pk}
    file_document(
        actor, case_file, Direction.INCOMING, title, _words(request), counterpart=request.asker_email
    )


def _words(request: SupportRequest) -> str:
    """All that was said, without internal notes."""
    said = conversation(request)
    return "\n\n".join(
        f"{timezone.localtime(one.created):%Y-%m-%d %H:%M} {one.author}\n{one.text}" for one in said
    )


LONGEST_OF_DATA_SUBJECT = 5_000
TOLD: Mapping[Becomes, Callable[[], str]] = {
    Becomes.RECORDS: lambda: gettext("a request for public records"),
    Becomes.DATA_SUBJECT: lambda: gettext("a request from a data subject"),
    Becomes.APPEAL: lambda: gettext("an appeal"),
}
