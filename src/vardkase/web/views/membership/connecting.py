"""What a member puts into its software to reach the hub by API, as far as it is there."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding.facts import Facts
from vardkase.identity.accounts.key_days import last_day
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id


def connecting(membership: Membership) -> dict[str, Any]:
    """The hub's address and organisation, and what is known here of the member's key and certificates."""
    facts = Facts(membership)
    key = facts.bound_key
    return {
        **the_hub(),
        "account": key.user.email if key else "",
        "key": str(key) if key else "",
        "addresses": (key.allowed_ips or []) if key else [],
        "last_day": last_day(key.expiration) if key else None,
        "called": facts.last_call,
        "certificates": [each.label for each in facts.valid_certificates],
    }


def the_hub() -> dict[str, Any]:
    """What every member's software is told of the hub."""
    owner = Organisation.objects.filter(pk=host_organisation_id() or 0).first()
    return {"address": settings.BASE_URL, "owner": owner}
