"""Networks from which an organisation's users and machines may connect."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.rules import Network
from vardkase.identity.sign_in_policy.services.common import changing, keep_open, written_down

MOST = 200
MOST_ADDRESSES = {4: 2**26, 6: 2**122}
"""Of all networks of an organisation together, by version of IP: room for private ones (10.0.0.0/8, fc00::/7)."""


@transaction.atomic
def set_networks(actor: Actor, organisation: Organisation, networks: Iterable[str]) -> Organisation:
    """Replace the registered networks (CIDR or single addresses).

    Raises Invalid for malformed or too large networks, and if the actor would be locked out or an enforced
    rule be left without any; Forbidden.
    """
    organisation = changing(actor, organisation)
    before = list(organisation.networks)
    organisation.networks = distinct_networks(networks)
    keep_open(actor, organisation, "networks")
    organisation.save(update_fields=["networks", "date_modified"])
    gone = [network for network in before if network not in organisation.networks]
    new = [network for network in organisation.networks if network not in before]
    if gone or new:
        written_down(
            actor, organisation, IdentityAction.ORGANISATION_NETWORKS_SET, {"added": new, "removed": gone}
        )
    return organisation


def distinct_networks(networks: Iterable[str]) -> list[str]:
    distinct = dict.fromkeys(_network(written) for written in map(str.strip, networks) if written)
    if len(distinct) > MOST:
        raise Invalid({"networks": [SignInPolicyProblem.TOO_MANY_NETWORKS(count=MOST)]})
    for version, most in MOST_ADDRESSES.items():
        if sum(network.num_addresses for network in distinct if network.version == version) > most:
            raise Invalid({"networks": [SignInPolicyProblem.TOO_WIDE()]})
    return [str(network) for network in distinct]


def _network(written: str) -> Network:
    try:
        network = _without_wrapping(ipaddress.ip_network(written, strict=False))
    except ValueError:
        message = SignInPolicyProblem.NOT_A_NETWORK(network=written[:60])
        raise Invalid({"networks": [message]}) from None
    if network.prefixlen == 0:
        raise Invalid({"networks": [SignInPolicyProblem.EVERY_ADDRESS(network=written)]})
    return network


def _without_wrapping(network: Network) -> Network:
    """IPv4-mapped IPv6 as IPv4, as in sign-in checks."""
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < 96:
        return network
    return ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}")
