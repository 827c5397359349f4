"""Who is acting: a value, made once at each door and handed to every use case."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext_noop

from vardkase.core.errors import Forbidden
from vardkase.core.sql import cursor
from vardkase.identity.access.crossing import Crossing, crossing_of
from vardkase.identity.access.permissions import (
    CREDENTIAL_PERMISSIONS,
    OF_CONTENT,
    WRITING_CREDENTIALS,
    Credential,
    Permission,
)
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.staff import AUDITORS, CONTENT_BLIND, OVERSEE, StaffRole, staff_roles
from vardkase.identity.organisations.acting import PresentedKey
from vardkase.identity.organisations.standing import Access, Standing, access_of, refusal

NOT_FOR_THE_BLIND = "Operators and auditors neither read what is shared nor open a way to it for anybody."
STEP_UP_HOLDS = timedelta(minutes=10)
"""For how long a confirmed second factor allows what needs step-up authentication."""
STEP_UP_NEEDED = "This is done on the pages, after confirming the second factor within the last minutes."
ONLY_TO_READ = "Access to content that was granted to an operator is for reading only."


ONLY_READS = gettext_noop(
    "Auditors read the audit log and the settings. They change nothing but their own account."
)


class MissingDuty(Forbidden):
    """It is for those who have one of `duties` at the hub."""

    def __init__(self, duties: tuple[StaffRole, ...]) -> None:
        super().__init__("This is for the hub’s own staff.")
        self.duties = duties


class StepUpRequired(Forbidden):
    """It needs a browser session in which the second factor was confirmed within `STEP_UP_HOLDS`."""

    def __init__(self) -> None:
        super().__init__(STEP_UP_NEEDED)


class Glass(Protocol):
    """The content access of one person during one request (`access.glass`)."""

    @property
    def opened(self) -> AbstractSet[int]:
        """The events that are on record as read in this request."""
        ...

    @property
    def reader(self) -> Actor:
        """Through whose eyes they are seen: an analyst's of the organisation that runs the hub."""
        ...

    def enter(self, event_id: int) -> None:
        """Put down that the event is read, and open it; nothing when no grant in force reaches it."""
        ...


@dataclass(frozen=True, slots=True)
class Actor:
    """A user (or the console, or a job) with what it may do right now.

    `sharing_group_ids` are the groups whose material the organisation may read here; `connection_id` is the
    connection that acts, 0 when people do; `crossing` limits who reads for the other end of a connection.
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
    """Whether nobody is told by mail of what it publishes: a connection that is set so."""
    connection_id: int = 0
    delivered_by: int = 0
    """The organisation at the other end of the connection that acts; 0 when people do."""
    is_vouched_for: bool = True
    """Whether more than one person says whose the connection that acts is (`servers.confirmation`)."""
    crossing: Crossing | None = None
    staff: frozenset[StaffRole] = frozenset()
    """The duties it has at the hub."""
    standing: str = ""
    """Why its organisation may do what it may (`organisations.standing`)."""
    login: str = ""
    """Who sits at the machine's console, by login name, in whatever account's name; empty elsewhere."""
    key: PresentedKey | None = None
    """The API key of the request; None for every other credential."""
    confirmed_at: datetime | None = None
    """When the person of a browser session last confirmed their second factor; on a hub that requires none, also
    their password. None for every other credential."""
    at_own_account: bool = False
    """Whether the request is to a page of one's own account, all that an auditor may change."""
    glass: Glass | None = field(default=None, compare=False, repr=False)
    """The content access of an operator, in a request that only reads (`access.glass`)."""

    @property
    def credential_name(self) -> str:
        return self.credential.value

    @property
    def is_site_admin(self) -> bool:
        """Whoever looks at an event through a glass sees it as an analyst does, whatever else they may do here."""
        return Permission.SITE_ADMIN in self.permissions and not self.looks_through_glass

    @property
    def is_content_blind(self) -> bool:
        """Whether it may never read what is shared, so that it opens no way there either. The console, which has every
        duty, is not: it is nobody in particular."""
        return bool(self.staff) and self.staff <= CONTENT_BLIND

    @property
    def is_auditor(self) -> bool:
        """Whether it reads the audit log and the settings, and changes nothing, whatever its role."""
        return self.staff == AUDITORS

    @property
    def looks_through_glass(self) -> bool:
        """Whether an event has been opened in this request by access that was granted."""
        return self.glass is not None and bool(self.glass.opened)

    @property
    def has_stepped_up(self) -> bool:
        """Whether the second factor was confirmed within `STEP_UP_HOLDS`, in a browser session."""
        return self.confirmed_at is not None and timezone.now() - self.confirmed_at < STEP_UP_HOLDS

    @property
    def is_connection(self) -> bool:
        """Whether this is a connection that brings what another instance says: never the word of anybody here."""
        return self.user_id is None and self.credential is Credential.JOB

    def may(self, *permissions: Permission) -> bool:
        """Whether the actor holds every one of `permissions`."""
        return self.permissions.issuperset(permissions)

    def require(self, *permissions: Permission) -> None:
        """Raise Forbidden unless the actor holds every one of `permissions`."""
        if not self.may(*permissions):
            raise Forbidden("You do not have permission to use this functionality.")

    def require_staff(self, *any_of: StaffRole) -> None:
        """Raise MissingDuty unless the actor has one of these duties at the hub. No permission stands in for one."""
        if self.staff.isdisjoint(any_of):
            raise MissingDuty(any_of)

    def require_step_up(self) -> None:
        """Raise StepUpRequired unless the second factor was confirmed within `STEP_UP_HOLDS`.

        A page then asks for it and goes on (`web.pages.page`); an API key, the console or a job never has it.
        """
        if not self.has_stepped_up:
            raise StepUpRequired

    def require_oversight(self) -> None:
        """Raise Forbidden unless it may see how the hub is run and set: site administrators, officers, auditors."""
        if not self.is_site_admin and self.staff.isdisjoint(OVERSEE):
            raise Forbidden("You do not have permission to use this functionality.")

    def require_sight(self) -> None:
        """Raise Forbidden for those who may never read what is shared: they do not decide where it goes either."""
        if self.is_content_blind:
            raise Forbidden(NOT_FOR_THE_BLIND)

    def require_writing(self) -> None:
        """Raise Forbidden when this credential, or this organisation's standing, may only read."""
        self.require_own_affairs()
        if not self.may_write:
            raise refusal(self.standing)

    def require_own_affairs(self) -> None:
        """Raise Forbidden when this credential may only read: enough for what concerns the membership itself, which
        an organisation tends to however it stands."""
        if self.looks_through_glass:
            raise Forbidden(ONLY_TO_READ)
        if self.is_auditor and not self.at_own_account:
            raise Forbidden(ONLY_READS)
        if self.credential not in WRITING_CREDENTIALS:
            raise Forbidden("You do not have permission to use this functionality.")


def actor_for(
    user: User,
    credential: Credential,
    *,
    address: str | None = None,
    confirmed_at: datetime | None = None,
) -> Actor:
    """The Actor of a user that has been authenticated with `credential`."""
    organisation = user.org
    staff = staff_roles(user.staff_roles)
    may = access_with_duties(access_of(organisation, timezone.now()), staff)
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
        crossing=crossing_of(user.server_id),
        staff=staff,
        standing=may.standing,
        confirmed_at=confirmed_at,
    )


def access_with_duties(may: Access, staff: frozenset[StaffRole]) -> Access:
    """What the organisation's access comes to for somebody with these duties at the hub.

    Operators and auditors never read what is shared, and so they work also where their organisation, a supplier for
    instance, is no member. Nobody else of that organisation does.
    """
    if staff.isdisjoint(CONTENT_BLIND):
        return may
    if may.standing == Standing.NO_MEMBERSHIP:
        return Access(may_read=False, may_write=True, may_sync=True, standing=Standing.FULL)
    return may._replace(may_read=False)


def permissions_with_duties(
    of_role: frozenset[Permission], staff: frozenset[StaffRole], credential: Credential
) -> frozenset[Permission]:
    """What a role comes to with a credential, for somebody with these duties: an auditor may always audit, and who
    never reads what is shared does not write it either, nor say who shares with whom."""
    if staff and staff <= CONTENT_BLIND:
        of_role -= OF_CONTENT
    if staff == AUDITORS:
        of_role |= {Permission.AUDIT}
    return of_role & CREDENTIAL_PERMISSIONS[credential]


def console_actor(organisation_id: int, organisation_name: str, login: str) -> Actor:
    """The person at the machine's console: may do everything, and is named in the audit trail.

    It has every duty at the hub, but is nobody in particular: where two people decide it is neither of them.
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
    """Somebody who has not said who they are: may do nothing, but is named when they ask for an account."""
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
    """The flags that are on in `role`; a site admin holds all of them."""
    if role.perm_site_admin:
        return frozenset(Permission)
    return frozenset(permission for permission in Permission if getattr(role, permission.value))


def sharing_group_ids(organisation_id: int) -> tuple[int, ...]:
    """Active groups that the organisation is in, owns, or reaches because all of this instance is in it."""
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
    """The same actor, seen coming from `address`."""
    return replace(actor, address=address)


type SqlParameters = dict[str, Any]
