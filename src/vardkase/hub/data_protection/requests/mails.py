"""Mail about requests from data subjects: nothing of what somebody asked or what was found, only where to read it."""

from __future__ import annotations

from django.conf import settings

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.data_protection.requests.links import link_to
from vardkase.hub.data_protection.requests.models import ConcernedController, DataSubjectRequest
from vardkase.hub.data_protection.requests.person import opened
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users


def handlers() -> list[Recipient]:
    people = active_users().filter(staff_roles__overlap=[duty.value for duty in HANDLERS])
    return [Recipient.of(user) for user in people]


def confirm(request: DataSubjectRequest, actor: AuditActor) -> None:
    _to_person("data_request_received", request, actor)


def tell_person(request: DataSubjectRequest, actor: AuditActor) -> None:
    _to_person("data_request_news", request, actor)


def notify_handlers(kind: str, request: DataSubjectRequest, actor: AuditActor) -> None:
    owner = User.objects.filter(pk=request.owner_id or 0, disabled=False).first()
    people = [Recipient.of(owner)] if owner else handlers()
    link = f"{settings.BASE_URL}/data-requests/{request.pk}/"
    facts: Facts = {"number": request.number, "deadline": request.deadline, "link": link}
    notify(kind, target_of(request), people, facts, by=actor.name)


def notify_controller(kind: str, controller: ConcernedController, actor: AuditActor) -> None:
    """To the administrators of the organisation, and its contact for data protection, who asks them."""
    administrators = active_users().filter(org=controller.organisation_id or 0, role__perm_admin=True)
    people = [Recipient.of(user) for user in administrators]
    if controller.contact_email:
        people.append(Recipient(controller.contact_email, controller.request.language))
    facts: Facts = {
        "number": controller.request.number,
        "deadline": controller.answer_by or controller.request.deadline,
        "link": f"{settings.BASE_URL}/our-data-requests/{controller.pk}/",
    }
    notify(kind, target_of(controller.request), people, facts, by=actor.name)


def target_of(request: DataSubjectRequest) -> Target:
    return Target("data_request", request.pk, request.uuid, request.number)


def _to_person(kind: str, request: DataSubjectRequest, actor: AuditActor) -> None:
    person = opened(request.person)
    if person.email:
        facts: Facts = {"number": request.number, "deadline": request.deadline, "link": link_to(request)}
        recipients = [Recipient(person.email, request.language)]
        notify(kind, target_of(request), recipients, facts, by=actor.name)
