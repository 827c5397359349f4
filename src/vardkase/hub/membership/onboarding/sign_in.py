"""What an organisation lacks of what the hub owner requires of its sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from allauth.mfa.models import Authenticator
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.models import AuthKey
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.organisations.rules import has_verified_domain

DAY = 86_400


def lacking_sign_in(organisation: Organisation, required: AbstractSet[str], key_days: int) -> list[str]:
    """A sentence for each rule of `required` that somebody, or some key, of the organisation does not keep.

    `key_days`: how long a key may hold, 0 where nothing is set.
    """
    return list(_lacking(organisation, required, key_days))


def _lacking(organisation: Organisation, required: AbstractSet[str], key_days: int) -> Iterator[str]:
    if SignInRule.DOMAINS in required:
        yield from _of_domains(organisation)
    if SignInRule.SOURCE in required and not (organisation.networks or _has_certificate(organisation)):
        yield gettext("No network and no valid client certificate is registered.")
    if SignInRule.SECOND_FACTOR in required and (count := _without_second_factor(organisation)):
        yield _counted(
            ngettext(
                "%(count)s account has no second factor.", "%(count)s accounts have no second factor.", count
            ),
            count,
        )
    if SignInRule.KEYS in required and (count := _unbound_keys(organisation, key_days)):
        yield _counted(
            ngettext(
                "%(count)s key has no last day or no addresses, or holds too long.",
                "%(count)s keys have no last day or no addresses, or hold too long.",
                count,
            ),
            count,
        )


def _of_domains(organisation: Organisation) -> Iterator[str]:
    domains = organisation.verified_domains
    if not domains:
        yield gettext("No mail domain is verified.")
        return
    addresses = active_users().filter(org=organisation).values_list("email", flat=True)
    if count := sum(not has_verified_domain(address, domains) for address in addresses):
        told = ngettext(
            "%(count)s account has an address outside the verified mail domains.",
            "%(count)s accounts have an address outside the verified mail domains.",
            count,
        )
        yield _counted(told, count)


def _has_certificate(organisation: Organisation) -> bool:
    running = Q(ends=None) | Q(ends__gt=timezone.now())
    return organisation.client_certificates.filter(running).exists()


def _without_second_factor(organisation: Organisation) -> int:
    with_one = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values("user")
    people = active_users().filter(org=organisation, role__perm_sync=False)
    return people.exclude(pk__in=with_one).count()


def _unbound_keys(organisation: Organisation, key_days: int) -> int:
    unbound = Q(expiration=0) | Q(allowed_ips=None) | Q(allowed_ips__len=0)
    if key_days:
        unbound |= Q(expiration__gt=F("created") + key_days * DAY)
    valid = Q(expiration=0) | Q(expiration__gt=now_seconds())
    keys = AuthKey.objects.filter(valid, unbound, user__org=organisation, user__disabled=False)
    return keys.count()


def _counted(told: str, count: int) -> str:
    return told % {"count": count}
