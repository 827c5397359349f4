"""Rules on who may edit an organisation or sharing group. Pure predicates without database access."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from vardkase.identity.organisations.acting import SHARING_GROUP, Acting
from vardkase.identity.organisations.models import SharingGroup, SharingGroupOrg


def may_change_group(actor: Acting, group: SharingGroup, members: Iterable[SharingGroupOrg]) -> bool:
    """Site administrators, and those who handle sharing groups for its owner or a member with `extend`.

    Not actors that may never read shared content: group members read it.
    """
    if actor.may_not_read_content:
        return False
    if actor.is_site_admin:
        return True
    if SHARING_GROUP not in actor.permissions:
        return False
    return owns_group(actor, group) or any(
        member.extend and member.org_id == actor.organisation_id for member in members
    )


def may_delete_group(actor: Acting, group: SharingGroup) -> bool:
    if actor.may_not_read_content:
        return False
    return actor.is_site_admin or (SHARING_GROUP in actor.permissions and owns_group(actor, group))


def owns_group(actor: Acting, group: SharingGroup) -> bool:
    return group.org_id == actor.organisation_id


type Network = IPv4Network | IPv6Network


def lies_within(network: Network, others: Iterable[str]) -> bool:
    parsed = (ip_network(other, strict=False) for other in others)
    return any(_holds(other, network) for other in parsed)


def _holds(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)


def plain_domain(domain: str) -> str:
    """An e-mail domain in canonical form: lower case, no final dot, IDNA; "" if malformed.

    Internationalised names stay in their DNS form, so that confusable names remain distinct.
    """
    try:
        return domain.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""


def has_verified_domain(email: str, verified: Collection[str]) -> bool:
    """True if an address is directly in one of the `verified` domains; subdomains do not count."""
    domain = plain_domain(email.rpartition("@")[2])
    return domain != "" and domain in verified
