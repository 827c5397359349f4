"""What an organisation's security setup still lacks, for its administrators and the onboarding checklist."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Now

from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.organisations.models import Organisation, SignInMode
from vardkase.identity.organisations.rules import has_verified_domain
from vardkase.identity.sign_in_policy.rules import kept_mode


@dataclass(frozen=True, slots=True)
class SecurityState:
    """The progress of an organisation.

    `missing` holds the names of what is missing: "domain", "network", "certificate", "domains_enforced",
    "sync_user", "bound_key", "api_requirements".
    """

    domains: int
    networks: int
    certificates: int
    modes: dict[str, str]
    addresses_outside: tuple[str, ...]
    """Active accounts with an address in no verified domain, the first hundred by address."""
    sync_users: int
    bound_keys: int
    unbound_keys: int
    missing: tuple[str, ...]

    def has(self, name: str) -> bool:
        return name not in self.missing


SHOWN = 100
RULES = ("networks", "certificates", "domains", "keys")


def security_state(organisation: Organisation) -> SecurityState:
    current = Q(expiration__isnull=True) | Q(expiration__gt=Now())
    people = list(
        User.objects.filter(current, org=organisation, disabled=False)
        .order_by("email")
        .values_list("email", "role__perm_sync")
    )
    bound, unbound = _keys(organisation)
    criteria = {
        "domain": bool(organisation.verified_domains),
        "network": bool(organisation.networks),
        "certificate": bool(organisation.certificate_pins),
        "domains_enforced": kept_mode(organisation, "domains") == SignInMode.ENFORCE,
        "sync_user": any(synchronises for _, synchronises in people),
        "bound_key": bound > 0,
        "api_requirements": bool(organisation.egress_addresses),
    }
    outside = [email for email, _ in people if not has_verified_domain(email, organisation.verified_domains)]
    return SecurityState(
        domains=len(organisation.verified_domains),
        networks=len(organisation.networks),
        certificates=len(organisation.certificate_pins),
        modes={rule: getattr(organisation, f"{rule}_mode") for rule in RULES},
        addresses_outside=tuple(outside[:SHOWN]),
        sync_users=sum(synchronises for _, synchronises in people),
        bound_keys=bound,
        unbound_keys=unbound,
        missing=tuple(name for name, is_met in criteria.items() if not is_met),
    )


def _keys(organisation: Organisation) -> tuple[int, int]:
    """The number of valid sync user keys that are bound to addresses and expire, and of those that are not."""
    now = now_seconds()
    keys = AuthKey.objects.filter(
        Q(expiration=0) | Q(expiration__gt=now), user__org=organisation, user__role__perm_sync=True
    )
    total = keys.count()
    bound = keys.filter(expiration__gt=0, allowed_ips__len__gt=0).count()
    return bound, total - bound
