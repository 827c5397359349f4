"""Asks members to accept a new version, and reminds those who have not answered."""

from __future__ import annotations

from collections.abc import Iterator

from django.core import signing
from django.db import transaction

from vardkase.audit.services import AuditActor, Target
from vardkase.core.clock import today
from vardkase.core.errors import NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.private_links import page_address, private_address
from vardkase.hub.membership.agreements.models import AcceptanceRequest
from vardkase.hub.membership.agreements.queries import unanswered
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.terms.models import Terms
from vardkase.hub.membership.terms.problems import TermsProblem
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.models import User

SALT = "vardkase.terms"
REMINDERS = (14, 7, 1, -1)
"""Days before the deadline on which a member that has not answered is reminded; -1 is the day after it."""


def ask_all_members(actor: AuditActor, terms: Terms) -> int:
    members = Membership.objects.exclude(state=MembershipState.TERMINATED).select_related(
        "organisation", "application"
    )
    requests = AcceptanceRequest.objects.bulk_create(
        AcceptanceRequest(version=terms.version, membership=membership) for membership in members
    )
    for request in requests:
        _write(actor, "terms_asked", request, terms)
    return len(requests)


def remind() -> int:
    terms = current_terms()
    if terms.answer_by is None:
        return 0
    due = [days for days in REMINDERS if (terms.answer_by - today()).days <= days]
    if not due:
        return 0
    return sum(_remind(membership, terms, min(due)) for membership in unanswered(terms.version))


@transaction.atomic
def _remind(membership: Membership, terms: Terms, days: int) -> bool:
    request = (
        AcceptanceRequest.objects.select_for_update()
        .filter(membership=membership, version=terms.version)
        .first()
    )
    if request is None or days in request.reminders:
        return False
    request.membership = membership  # with its organisation and application, which it was selected with
    request.reminders = [*request.reminders, days]
    request.save(update_fields=["reminders"])
    _write(hub_actor(), "terms_reminder", request, terms)
    return True


def token_of(request: AcceptanceRequest) -> str:
    """The secret in a private link: its holder answers for the member. It is not stored."""
    return signing.dumps([request.pk, request.version], salt=SALT)


def request_of(token: str) -> AcceptanceRequest:
    """The request of a private link. Raises NotFound for any other token, and once other terms apply."""
    try:
        number, version = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound(TermsProblem.INVALID_LINK()) from None
    request = AcceptanceRequest.objects.select_related("membership__organisation").filter(pk=number).first()
    ended = request is not None and request.membership.state == MembershipState.TERMINATED
    if request is None or ended or request.version != version or version != current_terms().version:
        raise NotFound(TermsProblem.INVALID_LINK())
    return request


def _write(actor: AuditActor, kind: str, request: AcceptanceRequest, terms: Terms) -> None:
    membership = request.membership
    about = Target("membership", membership.pk, title=membership.organisation.name)
    for recipient, link in _recipients(request):
        facts: Facts = {
            "version": terms.version,
            "organisation": membership.organisation.name,
            "answer_by": terms.answer_by or "",
            "terms_link": link,
        }
        notify(kind, about, [recipient], facts, by=actor.name)


def _recipients(request: AcceptanceRequest) -> Iterator[tuple[Recipient, str]]:
    membership = request.membership
    answers = membership.application.answers if membership.application else {}
    contact = answers.get("contacts", {}).get("signatory", {})
    signatory = contact if isinstance(contact, dict) else {}
    if email := signatory.get("email"):
        link = private_address("/terms/answer/", token_of(request))
        yield Recipient(email, membership.language, signatory.get("key") or ""), link
    # They get the page that needs signing in: anyone with the link can answer for the member.
    administrators = User.objects.filter(
        org=membership.organisation_id, disabled=False, role__perm_admin=True
    )
    for person in administrators.order_by("pk"):
        if person.is_active and person.email != email:
            yield Recipient.of(person, membership.language), page_address("/terms/")
