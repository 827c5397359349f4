"""What an organisation's membership lets it do here, in words for people.

The facts are `Organisation.may_read`, `may_write` and `may_sync`; `Organisation.standing` says why they are so.
Membership decides both; every door reads them, and refuses in the words below.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Forbidden
from vardkase.identity.organisations.models import Organisation


class Standing(TextChoices):
    """Why an organisation may do what it may; the names are stored."""

    FULL = "", pgettext_lazy("standing", "Full access")
    ONBOARDING = "onboarding", _("Being connected")
    READ_ONLY = "read_only", _("Reads only")
    NO_SYNC = "no_sync", _("API connection suspended")
    READ_ONLY_NO_SYNC = "read_only_no_sync", _("Reads only on the web")
    STATEMENT_EXPIRED = "statement_expired", _("Reads only: the security statement has expired")
    STATEMENT_LAPSED = "statement_lapsed", _("Reads only on the web: the security statement has expired")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")


REFUSALS: dict[str, Promise] = {
    Standing.ONBOARDING: _("The membership of your organisation is not active yet: it is being connected."),
    Standing.READ_ONLY: _("Your organisation may read but not write: its membership is limited."),
    Standing.NO_SYNC: _("The API connection of your organisation is suspended. The web works."),
    Standing.READ_ONLY_NO_SYNC: _(
        "Your organisation may read on the web only: its membership is limited, and its API connection suspended."
    ),
    Standing.STATEMENT_EXPIRED: _(
        "Your organisation may read but not write: its security statement has expired. Renew it to write again."
    ),
    Standing.STATEMENT_LAPSED: _(
        "Your organisation may read on the web only: its security statement has expired. "
        "Renew it to write and to use the API again."
    ),
    Standing.SUSPENDED: _("The membership of your organisation is suspended."),
    Standing.TERMINATED: _("The membership of your organisation has ended."),
}
SHUT_OUT = frozenset({Standing.SUSPENDED, Standing.TERMINATED})
"""Whoever stands so sees nothing but what concerns the membership itself, and nothing is done for them."""


class StandingRefused(Forbidden):
    """The organisation's standing does not let it; the text says why."""


def refusal(standing: str) -> StandingRefused:
    """What a door answers an organisation that may not, in a sentence."""
    told = REFUSALS.get(standing)
    return StandingRefused(str(told) if told else "You do not have permission to use this functionality.")


def is_shut_out(standing: str) -> bool:
    """Whether people of an organisation that stands so reach nothing but their own membership."""
    return standing in SHUT_OUT


def require_exchange(organisation: Organisation, *, gives: bool) -> None:
    """Raise StandingRefused unless the organisation at the other end may exchange: give to us, or get from us."""
    may = organisation.may_sync and (organisation.may_write if gives else organisation.may_read)
    if not may:
        words = {"organisation": organisation.name, "standing": Standing(organisation.standing).label}
        raise StandingRefused(
            gettext("%(organisation)s may not exchange with this hub now. Its standing: %(standing)s.")
            % words
        )
