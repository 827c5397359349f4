"""A consulted member's open consultations, for the people whom the mail with the private link goes to."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import Forbidden
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.public_records.cases.mails import people_at
from vardkase.hub.public_records.cases.models import MemberConsultation
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User


def own_consultations(actor: Actor) -> QuerySet[MemberConsultation]:
    """Those of the actor's organisation that can be answered. Raises Forbidden for who is not asked."""
    actor.require_content_access()
    if not actor.may(Permission.ADMIN) and not _is_contact(actor):
        raise Forbidden
    return _open_at(actor.organisation_id)


def find_own_consultation(actor: Actor, pk: int) -> MemberConsultation:
    """Raises NotFound, also for another organisation's; Forbidden."""
    return first_or_not_found(own_consultations(actor).filter(pk=pk), RecordsProblem.NO_SUCH_LINK())


def waiting_for_us(actor: Actor) -> int:
    """Those that the actor may answer. The count stands on each page: one query, unless there are some."""
    if actor.may_not_read_content or not (count := _open_at(actor.organisation_id).count()):
        return 0
    return count if actor.may(Permission.ADMIN) or _is_contact(actor) else 0


def may_answer_for_us(actor: Actor) -> bool:
    """Whether the page of them is named to the actor: to contacts only while there are some."""
    return actor.may(Permission.ADMIN) or waiting_for_us(actor) > 0


def _open_at(organisation_id: int) -> QuerySet[MemberConsultation]:
    rows = MemberConsultation.objects.filter(organisation=organisation_id, answered_at=None)
    return rows.filter(case__state__in=BEFORE_ANSWER).select_related("case__authority")


def _is_contact(actor: Actor) -> bool:
    account = User.objects.select_related("org").filter(pk=actor.user_id or 0).first()
    if account is None or account.org_id != actor.organisation_id:
        return False
    return account.email.casefold() in {person.email.casefold() for person in people_at(account.org)}
