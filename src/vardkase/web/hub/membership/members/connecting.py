"""Connection details that a member enters in its software to use the hub's API, as far as available."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding.facts import OnboardingFacts
from vardkase.identity.accounts.key_days import last_day
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id


def connecting(membership: Membership) -> dict[str, Any]:
    facts = OnboardingFacts(membership)
    key = facts.bound_key
    return {
        **the_hub(),
        "account": key.user.email if key else "",
        "key": str(key) if key else "",
        "addresses": (key.allowed_ips or []) if key else [],
        "last_day": last_day(key.expiration) if key else None,
        "called": facts.last_call,
        "certificates": [certificate.label for certificate in facts.valid_certificates],
    }


def the_hub() -> dict[str, Any]:
    owner = Organisation.objects.filter(pk=host_organisation_id() or 0).first()
    return {"address": settings.BASE_URL, "owner": owner}
