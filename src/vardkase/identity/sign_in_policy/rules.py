"""Evaluates the sign-in policy of an organisation: network, certificate, key and e-mail address.

Pure: the facts come along with the key or the session. `admits` is the one place that decides, for pages, API, TAXII
and feeds alike.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from django.utils.formats import date_format
from django.utils.functional import lazy

from vardkase.core.problems import Problem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation, SignInMode, SignInRule
from vardkase.identity.organisations.rules import has_verified_domain
from vardkase.identity.sign_in_policy.certificates import Certificate
from vardkase.identity.sign_in_policy.problems import SignInProblem

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class RefusalReason(StrEnum):
    NETWORK = "network"
    NO_CERTIFICATE = "no_certificate"
    OTHER_CERTIFICATE = "other_certificate"
    CERTIFICATE_NOT_VALID = "certificate_not_valid"
    DOMAIN = "domain"
    UNBOUND_KEY = "unbound_key"
    SOURCE = "source"
    REQUIRED_KEY = "required_key"
    LONG_KEY = "long_key"

    @property
    def rule(self) -> str:
        if self in (RefusalReason.UNBOUND_KEY, RefusalReason.REQUIRED_KEY, RefusalReason.LONG_KEY):
            return "keys"
        if self is RefusalReason.SOURCE:
            return "source"
        if self in (RefusalReason.NETWORK, RefusalReason.DOMAIN):
            return f"{self.value}s"
        return "certificates"


class SignInRequirements(Protocol):
    @property
    def networks_mode(self) -> str: ...
    @property
    def networks(self) -> Sequence[str]: ...
    @property
    def certificates_mode(self) -> str: ...
    @property
    def certificate_pins(self) -> Sequence[str]: ...
    @property
    def domains_mode(self) -> str: ...
    @property
    def verified_domains(self) -> Sequence[str]: ...
    @property
    def keys_mode(self) -> str: ...
    @property
    def required_sign_in(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """A sign-in attempt.

    `has_unbound_key`: its key lacks addresses or an expiry date; `has_long_key`: its key exceeds the hub
    owner's maximum lifetime; `synchronises`: the account is a sync user.
    """

    email: str
    address: str | None
    certificate: Certificate | None
    now: datetime
    has_unbound_key: bool = False
    has_long_key: bool = False
    synchronises: bool = False


@dataclass(frozen=True, slots=True)
class SignInRefusal:
    reason: RefusalReason
    is_enforced: bool
    email: str
    address: str
    subject: str
    ends: datetime | None

    @property
    def problem(self) -> Problem:
        # Lazy: the month is written in the language of the reader.
        day = lazy(date_format, str)(self.ends, "j F Y") if self.ends else ""
        facts = {"address": self.address, "email": self.email, "subject": self.subject, "day": day}
        return SignInProblem[self.reason.name](**facts)

    @property
    def sentence(self) -> str:
        return str(self.problem)


def admits(asked: SignInRequirements, attempt: SignInAttempt) -> SignInRefusal | None:
    """The rule that refuses the sign-in attempt, otherwise one that only reports; None if all rules are met."""
    unkept = list(violations(asked, attempt))
    return next((one for one in unkept if one.is_enforced), next(iter(unkept), None))


def violations(asked: SignInRequirements, attempt: SignInAttempt) -> Iterator[SignInRefusal]:
    required = asked.required_sign_in
    for mode, reason in (
        (asked.networks_mode, network_refusal),
        (asked.certificates_mode, certificate_refusal),
        (required_mode(required, SignInRule.SOURCE), source_refusal),
        (stricter(asked.domains_mode, required, SignInRule.DOMAINS), domain_refusal),
        (required_mode(required, SignInRule.KEYS), key_refusal),
        (asked.keys_mode, sync_key_refusal),
    ):
        if mode != SignInMode.OFF and (found := reason(asked, attempt)):
            shown = attempt.certificate
            yield SignInRefusal(
                reason=found,
                is_enforced=mode == SignInMode.ENFORCE,
                email=attempt.email,
                address=attempt.address or "–",
                subject=shown.subject if shown else "",
                ends=shown.ends if shown else None,
            )


def network_refusal(asked: SignInRequirements, attempt: SignInAttempt) -> RefusalReason | None:
    return None if lies_in(attempt.address, asked.networks) else RefusalReason.NETWORK


def certificate_refusal(asked: SignInRequirements, attempt: SignInAttempt) -> RefusalReason | None:
    shown = attempt.certificate
    if shown is None:
        return RefusalReason.NO_CERTIFICATE
    if shown.pins.isdisjoint(asked.certificate_pins):
        return RefusalReason.OTHER_CERTIFICATE
    if shown.fault or not shown.begins <= attempt.now <= shown.ends:
        return RefusalReason.CERTIFICATE_NOT_VALID
    return None


def domain_refusal(asked: SignInRequirements, attempt: SignInAttempt) -> RefusalReason | None:
    return None if has_verified_domain(attempt.email, asked.verified_domains) else RefusalReason.DOMAIN


def source_refusal(asked: SignInRequirements, attempt: SignInAttempt) -> RefusalReason | None:
    if network_refusal(asked, attempt) is None or certificate_refusal(asked, attempt) is None:
        return None
    return RefusalReason.SOURCE


def sync_key_refusal(_asked: SignInRequirements, attempt: SignInAttempt) -> RefusalReason | None:
    return RefusalReason.UNBOUND_KEY if attempt.has_unbound_key and attempt.synchronises else None


def key_refusal(_asked: SignInRequirements, attempt: SignInAttempt) -> RefusalReason | None:
    if attempt.has_unbound_key:
        return RefusalReason.REQUIRED_KEY
    return RefusalReason.LONG_KEY if attempt.has_long_key else None


def required_mode(required: Sequence[str], rule: SignInRule) -> str:
    return SignInMode.ENFORCE if rule in required else SignInMode.OFF


def stricter(mode: str, required: Sequence[str], rule: SignInRule) -> str:
    return SignInMode.ENFORCE if rule in required else mode


EITHER = "either"
"""How networks and client certificates are kept where the hub owner requires one of the two."""


def kept_mode(organisation: Organisation, rule: str) -> str:
    """How strictly a rule ("networks", "certificates", "domains", "keys") is enforced: a `SignInMode`, or EITHER.

    Its own choice and what the hub owner requires count, whichever is stricter.
    """
    mode: str = getattr(organisation, f"{rule}_mode")
    required = organisation.required_sign_in
    if rule in (SignInRule.DOMAINS, SignInRule.KEYS):
        return stricter(mode, required, SignInRule(rule))
    return EITHER if SignInRule.SOURCE in required and mode != SignInMode.ENFORCE else mode


PRIVATE = tuple(
    ipaddress.ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/8", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)
"""Private, local and special addresses (RFC 6890): nobody on the internet ever sees a user come from them."""


def is_private(network: Network | str) -> bool:
    """Whether `network` holds such addresses."""
    parsed = ipaddress.ip_network(network, strict=False)
    return any(parsed.version == private.version and parsed.overlaps(private) for private in PRIVATE)


def lies_in(address: str | None, networks: Iterable[str]) -> bool:
    """True if `address` is in one of `networks`; never for an unknown or malformed address."""
    parsed = _plain(address) if address else None
    return parsed is not None and any(parsed in network for network in _parsed(tuple(networks)))


# Parsing costs more than comparing, and each request is compared: the same addresses and lists come again and again.
@lru_cache(maxsize=4096)
def _plain(address: str) -> Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


@lru_cache(maxsize=1024)
def _parsed(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(network, strict=False) for network in networks)


def may_decide(actor: Actor, organisation_id: int) -> bool:
    if actor.is_site_admin or StaffRole.MEMBERSHIP_OFFICER in actor.staff:
        return True
    return actor.may(Permission.ADMIN) and actor.organisation_id == organisation_id


def may_secure(actor: Actor, organisation_id: int) -> bool:
    """True if `actor` may see an organisation's sign-in policy and register data for it: also the hub's
    operators."""
    return may_decide(actor, organisation_id) or StaffRole.OPERATOR in actor.staff
