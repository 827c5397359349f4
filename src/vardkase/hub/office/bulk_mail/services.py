"""Services for mail to many members: one officer proposes, another approves text and recipients."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.membership.contacts.models import ContactRole
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.bulk_mail.models import BulkMail
from vardkase.hub.office.bulk_mail.queries import FILTERS, bulk_recipients, chosen_in_words, find_bulk_mail
from vardkase.hub.office.bulk_mail.tasks import order_sending
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import DECIDE

LONGEST = {"subject_sv": 150, "subject_en": 150, "text_sv": 10_000, "text_en": 10_000}


@transaction.atomic
def propose_bulk_mail(
    actor: Actor, chosen: Mapping[str, str], data: Mapping[str, str], reason: str
) -> ApprovalRequest:
    """Propose a mail to the members that match `chosen` (FILTERS and role); `data`: LONGEST.

    Raises Forbidden, Invalid by field, Conflict.
    """
    actor.require_writing()
    actor.require_staff(*DECIDE)
    filters = {name: chosen[name] for name in (*FILTERS, "role") if chosen.get(name)}
    if filters.setdefault("role", ContactRole.MAIN.value) not in ContactRole.values:
        raise Invalid({"role": [CommonProblem.NO_SUCH_CHOICE(choices=ContactRole.values)]})
    texts = _checked(data)
    found = bulk_recipients(actor, filters)
    if not found.addressees:
        raise Invalid({"role": [OfficeProblem.NOBODY_CHOSEN()]})
    parameters = {"chosen": filters, **texts, "count": len(found.addressees)}
    subject = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:32]
    return propose(actor, SEND, subject, title=texts["subject_sv"], parameters=parameters, reason=reason)


@transaction.atomic
def stop_bulk_mail(actor: Actor, pk: int) -> BulkMail:
    """Send it to nobody else. Raises Forbidden, NotFound, Conflict if it is done."""
    actor.require_writing()
    mail = find_bulk_mail(actor, pk)
    mail = BulkMail.objects.select_for_update().get(pk=mail.pk)
    if not mail.is_running:
        raise Conflict(OfficeProblem.BULK_MAIL_DONE())
    mail.stopped_by = actor.name
    mail.save(update_fields=["stopped_by"])
    record(
        actor,
        OfficeAction.BULK_MAIL_STOPPED,
        Target("bulk_mail", mail.pk, title=str(mail)),
        {"done": mail.done},
    )
    return mail


def _checked(data: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, list[Problem]] = {}
    texts = {}
    for name, longest in LONGEST.items():
        text = data.get(name, "").replace("\r\n", "\n").strip()
        texts[name] = " ".join(text.split()) if name.startswith("subject") else text
        if not 1 <= len(text) <= longest or "\0" in text:
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
    if errors:
        raise Invalid(errors)
    return texts


def _describe(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    effect = gettext("The mail goes to %(count)s recipients, little by little.") % {"count": given["count"]}
    role = ContactRole(given["chosen"]["role"]).label
    others = chosen_in_words(given["chosen"])
    details = (
        (gettext("To"), f"{role}; {others}" if others else str(role)),
        (gettext("Subject in Swedish"), given["subject_sv"]),
        (gettext("Text in Swedish"), given["text_sv"]),
        (gettext("Subject in English"), given["subject_en"]),
        (gettext("Text in English"), given["text_en"]),
    )
    return ActionDescription(effect, details, "/office/mail/")


def _recipients(request: ApprovalRequest) -> list[Any]:
    return [list(each) for each in bulk_recipients(hub_actor(), request.parameters["chosen"]).addressees]


def _state(request: ApprovalRequest) -> dict[str, Any]:
    """Other recipients than were proposed: it has to be proposed again."""
    text = json.dumps(_recipients(request))
    return {"recipients": hashlib.sha256(text.encode()).hexdigest()}


def _send(approval: Approval) -> BulkMail:
    request = approval.for_action(SEND).request
    recipients = _recipients(request)
    mail = BulkMail.objects.create(
        **{name: approval.parameters[name] for name in LONGEST},
        chosen=approval.parameters["chosen"],
        waiting=recipients,
        total=len(recipients),
        proposed_by=request.proposed_by_name,
        approved_by=approval.actor.name,
    )
    change = {"count": mail.total, "chosen": mail.chosen, "proposed_by": mail.proposed_by}
    record(
        cast(Actor, approval.actor),
        OfficeAction.BULK_MAIL_SENT,
        Target("bulk_mail", mail.pk, title=str(mail)),
        change,
    )
    order_sending(mail.pk)
    return mail


SEND = ApprovalAction(
    name="send_bulk_mail",
    title=_("Send a mail to many members"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    execute=_send,
)
