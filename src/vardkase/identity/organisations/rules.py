"""Who may change an organisation or a sharing group. Pure predicates: they ask no database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from vardkase.identity.organisations.acting import SHARING_GROUP, Acting
from vardkase.identity.organisations.models import SharingGroup, SharingGroupOrg


def may_change_group(actor: Acting, group: SharingGroup, members: Iterable[SharingGroupOrg]) -> bool:
    """Site administrators, and those who handle sharing groups for its owner or a member with `extend`.

    Not those who may never read what is shared: who is in a group reads it.
    """
    if actor.is_content_blind:
        return False
    if actor.is_site_admin:
        return True
    if SHARING_GROUP not in actor.permissions:
        return False
    return owns_group(actor, group) or any(
        member.extend and member.org_id == actor.organisation_id for member in members
    )


def may_delete_group(actor: Acting, group: SharingGroup) -> bool:
    """Site administrators, and those who handle sharing groups for the owner; as in `may_change_group`."""
    if actor.is_content_blind:
        return False
    return actor.is_site_admin or (SHARING_GROUP in actor.permissions and owns_group(actor, group))


def owns_group(actor: Acting, group: SharingGroup) -> bool:
    """Whether the group belongs to the actor's organisation."""
    return group.org_id == actor.organisation_id


type Network = IPv4Network | IPv6Network


def lies_within(network: Network, others: Iterable[str]) -> bool:
    """Whether all of `network` lies in one of the `others` (CIDR)."""
    parsed = (ip_network(other, strict=False) for other in others)
    return any(_holds(other, network) for other in parsed)


def _holds(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)


def plain_domain(domain: str) -> str:
    """A mail domain as it is compared: lower case, without a final dot, in the letters of DNS; "" for what is none.

    Names with other letters are written as DNS has them, so that two that only look alike stay two.
    """
    try:
        return domain.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""


def has_verified_domain(email: str, verified: Collection[str]) -> bool:
    """Whether an address lies in one of the `verified` domains itself; what lies below a domain is another."""
    domain = plain_domain(email.rpartition("@")[2])
    return domain != "" and domain in verified
