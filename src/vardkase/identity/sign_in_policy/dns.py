"""DNS look-up of the TXT record by which an organisation proves an e-mail domain."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from dns.exception import DNSException
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from vardkase.core.bounded_blocking import TooManyBlockedThreads, blocking

LABEL = "_vardkase"
PREFIX = "vardkase-domain-verification="
TIMEOUT = 5.0
"""Seconds for a whole lookup."""


class NoNameServer(Exception):
    """DNS could not be queried, so it is unknown whether the record exists."""


def record_name(domain: str) -> str:
    return f"{LABEL}.{domain}"


def record_text(token: str) -> str:
    return PREFIX + token


def has_record(domain: str, token: str) -> bool:
    try:
        with blocking():
            answer = _resolver(settings.VARDKASE_DNS_SERVER).resolve(
                # Absolute and without a search list: the resolver would otherwise try the name under the
                # hub's own domain.
                f"{record_name(domain)}.",
                "TXT",
                search=False,
            )
    except (NXDOMAIN, NoAnswer):
        return False
    except (DNSException, TooManyBlockedThreads) as error:
        raise NoNameServer from error
    texts = [
        b"".join(record.strings).decode(errors="replace") for record in answer if isinstance(record, TXT)
    ]
    return record_text(token) in (text.strip() for text in texts)


@cache
def _resolver(server: str) -> Resolver:
    resolver = Resolver(configure=not server)
    resolver.lifetime = TIMEOUT
    if server:
        address, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "53")
        resolver.nameservers, resolver.port = [address], int(port)
    return resolver
