"""An organisation's current rights by membership, as text for users.

Membership stores when an organisation may read, write and synchronise (`Organisation.read_period` and so on), and each
request compares these with the time: no job has to run for a date to count.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.errors import Forbidden
from vardkase.core.problems import CommonProblem
from vardkase.identity.organisations.problems import StandingProblem

ALWAYS = DateTimeTZRange(None, None)
NEVER = DateTimeTZRange(empty=True)


class MembershipStanding(TextChoices):
    """The reason for an organisation's current access; the names are stored."""

    FULL = "", pgettext_lazy("standing", "Full access")
    ONBOARDING = "onboarding", _("Onboarding")
    READ_ONLY = "read_only", _("Read-only")
    NO_SYNC = "no_sync", _("API connection suspended")
    READ_ONLY_NO_SYNC = "read_only_no_sync", _("Read-only on the web")
    STATEMENT_EXPIRED = "statement_expired", _("Read-only: the security statement has expired")
    STATEMENT_LAPSED = "statement_lapsed", _("Read-only on the web: the security statement has expired")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")
    NO_MEMBERSHIP = "no_membership", _("Not a member")


SHUT_OUT = frozenset(
    {MembershipStanding.SUSPENDED, MembershipStanding.TERMINATED, MembershipStanding.NO_MEMBERSHIP}
)
"""An organisation with such a standing sees only its membership, and no job runs for it."""
READS_NOTHING = SHUT_OUT | {MembershipStanding.ONBOARDING}
"""Nobody of an organisation with such a standing reads what is shared, not even an operator with a grant."""


class Access(NamedTuple):
    """What an organisation may do at a point in time, and why."""

    may_read: bool
    may_write: bool
    may_sync: bool
    standing: str


WORDS = {
    (False, True, False): MembershipStanding.READ_ONLY,
    (True, False, False): MembershipStanding.NO_SYNC,
    (False, False, False): MembershipStanding.READ_ONLY_NO_SYNC,
    (False, True, True): MembershipStanding.STATEMENT_EXPIRED,
    (True, False, True): MembershipStanding.NO_SYNC,
    (False, False, True): MembershipStanding.STATEMENT_LAPSED,
}
"""By may_write, may_sync, and whether an expired statement alone is the cause."""


def access(
    fixed: str, *, read: bool, write: bool, sync: bool, statement_ended: bool, limited: bool
) -> Access:
    """The access of an organisation.

    `fixed` is a standing that no date changes, or empty; `limited` is whether an officer's restriction
    applies now.
    """
    if fixed:
        standing = fixed
    elif read and write and sync:
        standing = str(MembershipStanding.FULL)
    elif not read:
        standing = str(MembershipStanding.SUSPENDED)
    else:
        standing = str(WORDS[write, sync, statement_ended and not limited])
    return Access(read, write, sync, standing)


ACCESS_SQL = """
    o.fixed_standing, o.read_period @> {now}, o.write_period @> {now}, o.sync_period @> {now},
    coalesce(upper(o.write_period) <= {now}, FALSE),
    isempty(o.write_period) OR isempty(o.sync_period)
        OR coalesce(lower(o.write_period) > {now}, FALSE) OR coalesce(lower(o.sync_period) > {now}, FALSE)
"""
"""The arguments of `access`, in order, of the organisation `o`; {now} is a timestamptz."""


def may_now(*capabilities: str, path: str = "") -> Q:
    """The condition for organisations that may now do all of "read", "write", "sync"; `path` is the lookup
    path ("org")."""
    prefix, now = f"{path}__" if path else "", timezone.now()
    return Q(**{f"{prefix}{capability}_period__contains": now for capability in capabilities})


class StandingRefused(Forbidden):
    pass


def refusal(standing: str) -> StandingRefused:
    code = code_of(standing)
    return StandingRefused(code() if code else CommonProblem.NO_PERMISSION())


def code_of(standing: str) -> StandingProblem | None:
    """What an organisation with this standing may not do; None for full access."""
    return StandingProblem[standing.upper()] if standing else None


def is_shut_out(standing: str) -> bool:
    return standing in SHUT_OUT
