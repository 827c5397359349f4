"""Mail about requests for public records. None says what is asked for or what the material is, only where to look.

They are no correspondence of the hub owner (`MailKind.is_correspondence`), whose officers may not know of other
authorities' cases: what was sent is on the file of the case.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from vardkase.audit.services import AuditActor
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.members.mails import recipients
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.public_records.cases.links import link_to_case, link_to_consultation
from vardkase.hub.public_records.cases.models import Coordination, MemberConsultation, RecordsCase
from vardkase.hub.public_records.officers.queries import name_in_letters, people_of
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id


def confirm(actor: AuditActor, case: RecordsCase) -> None:
    _to_requester(actor, case, "records_request_received")


def tell_of_answer(actor: AuditActor, case: RecordsCase) -> None:
    _to_requester(actor, case, "records_request_answered")


def tell_officers(actor: AuditActor, case: RecordsCase, kind: str = "records_request_arrived") -> None:
    people = [case.responsible] if case.responsible else people_of(case.authority_id)
    facts: Facts = {"number": case.number, "link": f"{settings.BASE_URL}/public-records/cases/{case.number}/"}
    notify(kind, None, map(Recipient.of, people), facts, by=actor.name)


def ask_member(
    actor: AuditActor, consultation: MemberConsultation, kind: str = "records_consultation"
) -> int:
    """Returns how many mails were queued: 0 if nobody of the member can be reached here."""
    facts: Facts = {
        "authority": name_in_letters(consultation.case.authority),
        "deadline": consultation.deadline,
        "link": link_to_consultation(consultation),
    }
    return notify(kind, None, people_at(consultation.organisation), facts, by=actor.name).count


def tell_of_coordination(
    actor: AuditActor, coordination: Coordination, authorities: Iterable[int], kind: str
) -> None:
    """Authorities are told that they can take part, the hub owner who has requests."""
    host = host_organisation_id()
    officers = active_users().filter(org=host, staff_roles__contains=[StaffRole.LEGAL_OFFICER.value])
    asked = [Recipient.of(user) for each in authorities if each != host for user in people_of(each)]
    link = f"{settings.BASE_URL}/public-records/coordination/{coordination.pk}/"
    notify(kind, None, [*asked, *map(Recipient.of, officers)], {"link": link}, by=actor.name)


def people_at(organisation: Organisation) -> list[Recipient]:
    """Who is asked at a member: its main and security contacts and its administrators."""
    membership = Membership.objects.exclude(state=MembershipState.TERMINATED)
    found = membership.filter(organisation=organisation).select_related("organisation").first()
    if found is not None:
        return recipients(found, "main", "security")
    return [Recipient.of(user) for user in active_users().filter(org=organisation, role__perm_admin=True)]


def _to_requester(actor: AuditActor, case: RecordsCase, kind: str) -> None:
    if not case.email:
        return
    facts: Facts = {
        "number": case.number,
        "authority": name_in_letters(case.authority),
        "link": link_to_case(case),
    }
    notify(kind, None, [Recipient(case.email, case.language)], facts, by=actor.name)
