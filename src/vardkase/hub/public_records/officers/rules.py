"""Who may handle an authority's requests for public records."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.hub.public_records.officers.models import RecordsOfficer
from vardkase.hub.public_records.officers.problems import RecordsOfficerProblem
from vardkase.hub.public_records.received.authorities import has_register
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.settings import host_organisation_id


def authority_of(actor: Actor) -> int:
    """The organisation whose requests the actor handles; 0 if none.

    The hub owner's legal officers, and those whom another connected authority has named. Nobody handles those of
    another organisation, and neither operators, auditors nor the console any.
    """
    if actor.user_id is None or actor.may_not_read_content or actor.has_content_access:
        return 0
    if StaffRole.LEGAL_OFFICER in actor.staff and actor.organisation_id == host_organisation_id():
        return actor.organisation_id
    named = RecordsOfficer.objects.filter(user=actor.user_id, organisation=actor.organisation_id)
    return actor.organisation_id if named.exists() and has_register(actor.organisation_id) else 0


def require_officer(actor: Actor) -> int:
    """The authority that the actor acts for. Raises Forbidden."""
    authority = authority_of(actor)
    if not authority:
        raise Forbidden(RecordsOfficerProblem.NOT_AN_OFFICER())
    return authority


def require_writing_officer(actor: Actor) -> int:
    """As `require_officer`, and the credential may write.

    Also while the membership is suspended or read-only: the law's duty to answer does not rest meanwhile.
    """
    actor.require_own_affairs()
    return require_officer(actor)


def may_name(actor: Actor) -> bool:
    return (
        actor.user_id is not None
        and actor.may(Permission.ADMIN)
        and not actor.may_not_read_content
        and has_register(actor.organisation_id)
    )
