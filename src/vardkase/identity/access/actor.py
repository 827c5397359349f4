"""The acting user or client: a value created once at each interface and passed to every service."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils import timezone

from vardkase.core.errors import Forbidden
from vardkase.core.problems import CommonProblem
from vardkase.core.sql import cursor
from vardkase.identity.access.connection_scope import ConnectionScope, connection_scope_of
from vardkase.identity.access.permissions import (
    CREDENTIAL_PERMISSIONS,
    OF_CONTENT,
    WRITING_CREDENTIALS,
    Credential,
    Permission,
)
from vardkase.identity.access.problems import AccessProblem
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.staff import AUDITORS, NO_CONTENT_ROLES, OVERSEE, StaffRole, staff_roles
from vardkase.identity.organisations.acting import PresentedKey
from vardkase.identity.organisations.standing import Access, MembershipStanding, refusal

STEP_UP_HOLDS = timedelta(minutes=10)
"""For how long a confirmed second factor allows what needs step-up authentication."""


class MissingDuty(Forbidden):
    """The action requires one of `duties` at the hub."""

    def __init__(self, duties: tuple[StaffRole, ...]) -> None:
        super().__init__(AccessProblem.FOR_STAFF())
        self.duties = duties


class StepUpRequired(Forbidden):
    """The action requires a browser session with a second factor confirmed within `STEP_UP_HOLDS`."""

    def __init__(self) -> None:
        super().__init__(AccessProblem.STEP_UP_NEEDED())


class ContentAccess(Protocol):
    """The content access of one person during one request (`access.content_access`)."""

    @property
    def opened(self) -> AbstractSet[int]: ...

    @property
    def reader(self) -> Actor: ...

    def enter(self, event_id: int) -> None:
        """Record that the event is read, and open it; does nothing if no grant in force covers it."""
        ...


@dataclass(frozen=True, slots=True)
class Actor:
    """A user (or the console, or a job) with its current access.

    `sharing_group_ids` are the groups whose content the organisation may read here; `connection_id` is the
    acting connection, 0 for people; `connection_scope` limits an actor that reads for the other end of a connection.
    """

    user_id: int | None
    name: str
    organisation_id: int
    organisation_name: str
    permissions: frozenset[Permission]
    credential: Credential
    sharing_group_ids: tuple[int, ...] = ()
    may_read: bool = True
    may_write: bool = True
    may_sync: bool = True
    address: str | None = None
    role_id: int | None = None
    is_quiet: bool = False
    """True for a connection that is set to send no mail about what it publishes."""
    connection_id: int = 0
    delivered_by: int = 0
    """The organisation at the other end of the connection that acts; 0 when people do."""
    is_vouched_for: bool = True
    """Whether a second person has confirmed whose the acting connection is (`servers.confirmation`)."""
    connection_scope: ConnectionScope | None = None
    staff: frozenset[StaffRole] = frozenset()
    """The duties it has at the hub."""
    standing: str = ""
    """The standing of its organisation, which explains its access (`organisations.standing`)."""
    login: str = ""
    """The login name of the person at the machine's console, whichever account they act for; empty elsewhere."""
    key: PresentedKey | None = None
    """The API key of the request; None for every other credential."""
    confirmed_at: datetime | None = None
    """When the person of a browser session last confirmed their second factor; on a hub that requires none, also
    their password. None for every other credential."""
    at_own_account: bool = False
    """Whether the request is to a page of one's own account, all that an auditor may change."""
    reads_offences: bool | None = None
    """Whether its organisation may process personal data on offences (GDPR, article 10). None: each statement asks
    the database."""
    content_access: ContentAccess | None = field(default=None, compare=False, repr=False)
    """The content access of an operator, in a request that only reads (`access.content_access`)."""

    @property
    def credential_name(self) -> str:
        return self.credential.value

    @property
    def is_site_admin(self) -> bool:
        """False with content access: the reader then sees an event as an analyst does, whatever their role."""
        return Permission.SITE_ADMIN in self.permissions and not self.has_content_access

    @property
    def may_not_read_content(self) -> bool:
        """True if it may never read shared content, and therefore may not grant access to it.

        The console, which has every duty, is exempt: it is not a particular person.
        """
        return bool(self.staff) and self.staff <= NO_CONTENT_ROLES

    @property
    def is_auditor(self) -> bool:
        """True if it reads the audit log and the settings, and changes nothing, whatever its role."""
        return self.staff == AUDITORS

    @property
    def has_content_access(self) -> bool:
        return self.content_access is not None and bool(self.content_access.opened)

    @property
    def has_stepped_up(self) -> bool:
        return self.confirmed_at is not None and timezone.now() - self.confirmed_at < STEP_UP_HOLDS

    @property
    def is_connection(self) -> bool:
        """True if this is a connection that delivers another instance's data, which is not a statement of
        anyone here."""
        return self.user_id is None and self.credential is Credential.JOB

    def may(self, *permissions: Permission) -> bool:
        return self.permissions.issuperset(permissions)

    def require(self, *permissions: Permission) -> None:
        if not self.may(*permissions):
            raise Forbidden(CommonProblem.NO_PERMISSION())

    def require_staff(self, *any_of: StaffRole) -> None:
        """Raise MissingDuty unless the actor has one of these duties at the hub. No permission replaces a
        duty."""
        if self.staff.isdisjoint(any_of):
            raise MissingDuty(any_of)

    def require_step_up(self) -> None:
        """Raise StepUpRequired unless the second factor was confirmed within `STEP_UP_HOLDS`.

        Pages then ask for it and continue (`web.pages.page`); an API key, the console or a job never has it.
        """
        if not self.has_stepped_up:
            raise StepUpRequired

    def require_oversight(self) -> None:
        """Raise Forbidden unless it may see operation and settings of the hub: site administrators, officers,
        auditors."""
        if not self.is_site_admin and self.staff.isdisjoint(OVERSEE):
            raise Forbidden(CommonProblem.NO_PERMISSION())

    def require_content_access(self) -> None:
        """Raise Forbidden for actors that may never read shared content: they may not decide where it goes
        either."""
        if self.may_not_read_content:
            raise Forbidden(AccessProblem.CONTENT_CLOSED())

    def require_writing(self, *permissions: Permission) -> None:
        """Raise Forbidden if this credential, or the organisation's standing, is read-only, or lacks one of
        `permissions`."""
        self.require_own_affairs()
        if not self.may_write:
            raise refusal(self.standing)
        self.require(*permissions)

    def require_own_affairs(self) -> None:
        """Raise Forbidden if this credential is read-only.

        For acts on the membership itself, which an organisation may do whatever its standing.
        """
        if self.has_content_access:
            raise Forbidden(AccessProblem.GRANT_READS_ONLY())
        if self.is_auditor and not self.at_own_account:
            raise Forbidden(AccessProblem.AUDITOR_READS_ONLY())
        if self.credential not in WRITING_CREDENTIALS:
            raise Forbidden(CommonProblem.NO_PERMISSION())


def actor_for(
    user: User,
    credential: Credential,
    *,
    address: str | None = None,
    confirmed_at: datetime | None = None,
) -> Actor:
    organisation = user.org
    staff = staff_roles(user.staff_roles)
    may = access_with_duties(organisation.access_at(timezone.now()), staff)
    return Actor(
        user_id=user.pk,
        name=user.email,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        permissions=permissions_with_duties(role_permissions(user.role), staff, credential),
        credential=credential,
        sharing_group_ids=sharing_group_ids(organisation.pk),
        may_read=may.may_read,
        may_write=may.may_write,
        may_sync=may.may_sync,
        address=address,
        role_id=user.role_id,
        connection_scope=connection_scope_of(user.server_id),
        staff=staff,
        standing=may.standing,
        confirmed_at=confirmed_at,
        reads_offences=organisation.reads_offences,
    )


def access_with_duties(may: Access, staff: frozenset[StaffRole]) -> Access:
    """The organisation's access, adjusted for a person with these duties at the hub.

    Operators and auditors never read shared content, and therefore also work if their organisation, such as a
    supplier, is no member. Nobody else of that organisation does.
    """
    if staff.isdisjoint(NO_CONTENT_ROLES):
        return may
    if may.standing == MembershipStanding.NO_MEMBERSHIP:
        return Access(may_read=False, may_write=True, may_sync=True, standing=MembershipStanding.FULL)
    return may._replace(may_read=False)


def permissions_with_duties(
    of_role: frozenset[Permission], staff: frozenset[StaffRole], credential: Credential
) -> frozenset[Permission]:
    """The permissions of a role with a credential, adjusted for these duties.

    Auditors may always audit; actors that never read shared content may neither write it nor manage sharing.
    """
    if staff and staff <= NO_CONTENT_ROLES:
        of_role -= OF_CONTENT
    if staff == AUDITORS:
        of_role |= {Permission.AUDIT}
    # Last, so that no duty gives a credential more than it may have.
    return of_role & CREDENTIAL_PERMISSIONS[credential]


def console_actor(organisation_id: int, organisation_name: str, login: str) -> Actor:
    """The person at the machine's console: may do everything, and is named in the audit log.

    It has every duty at the hub, but is not a particular person: where two people decide it counts as
    neither.
    """
    return Actor(
        user_id=None,
        name=f"console:{login}",
        organisation_id=organisation_id,
        organisation_name=organisation_name,
        permissions=frozenset(Permission),
        credential=Credential.CONSOLE,
        staff=frozenset(StaffRole),
        login=login,
    )


def visitor(address: str | None) -> Actor:
    """An anonymous visitor: has no permissions, but is named when requesting an account."""
    return Actor(
        user_id=None,
        name="",
        organisation_id=0,
        organisation_name="",
        permissions=frozenset(),
        credential=Credential.NOBODY,
        may_read=False,
        may_write=False,
        may_sync=False,
        address=address,
    )


def role_permissions(role: Role) -> frozenset[Permission]:
    """The flags set in `role`; a site administrator holds all of them."""
    if role.perm_site_admin:
        return frozenset(Permission)
    return frozenset(permission for permission in Permission if getattr(role, permission.value))


def sharing_group_ids(organisation_id: int) -> tuple[int, ...]:
    """Active groups that the organisation is in, owns, or reaches because its whole instance is a member."""
    row = cursor().execute(SHARING_GROUPS_OF_ORGANISATION, {"org": organisation_id}).fetchone()
    return tuple(row[0]) if row else ()


SHARING_GROUPS_OF_ORGANISATION = """
SELECT coalesce(array_agg(g.id ORDER BY g.id), '{}')
FROM sharing_group g
WHERE g.active AND (
    g.org_id = %(org)s
    OR EXISTS (SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = %(org)s)
    OR EXISTS (SELECT 1 FROM sharing_group_server s
               WHERE s.sharing_group_id = g.id AND s.server_id = 0 AND s.all_orgs)
)
"""


def with_address(actor: Actor, address: str | None) -> Actor:
    return replace(actor, address=address)


type SqlParameters = dict[str, Any]
