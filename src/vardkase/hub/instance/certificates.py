"""The ends of the certificates that the hub depends on.

What other machines present is looked at once a day and kept, because the checks of health ask no other machine.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import partial
from itertools import islice
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.mail import smtp
from vardkase.core.schedules import Schedule
from vardkase.exchange.certificates import of_der
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.http import RequestPolicy, presented_certificate
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer
from vardkase.exchange.servers.queries import certificates_of
from vardkase.exchange.taxii.models import TaxiiServer
from vardkase.hub.signatures.queries import certificate_in_use
from vardkase.identity.sign_in_policy.models import ClientCertificate, IdentityProvider

MOST_PEERS = 500
MOST_SECONDS = 900
KEPT = timedelta(days=8)
SEEN = "certificates.presented"
"""Key of the cache, which is in the database and shared by all nodes."""
QUICK = RequestPolicy(timeout=10.0, seconds=10.0)
OURS = replace(QUICK, networks=("0.0.0.0/0", "::/0"), direct=True)
"""For what the operator says where it is, usually in a network of their own."""

type Presenting = tuple[CertificateUse, str, Callable[[], bytes]]
"""For what a certificate is, whose it is, and how it is read."""


class CertificateUse(StrEnum):
    ADDRESS = "address"
    MAIL = "mail"
    PEER = "peer"
    OURS_AT_PEER = "ours_at_peer"
    MEMBER = "member"
    SIGNATURES = "signatures"
    STORAGE = "storage"
    FEED = "feed"
    TAXII = "taxii"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class CertificateEnd:
    use: CertificateUse
    name: str
    ends: datetime


def ends_of_certificates() -> Iterator[CertificateEnd]:
    if (own := certificate_in_use()) is not None:
        yield CertificateEnd(CertificateUse.SIGNATURES, own.subject, own.valid_to)
    for organisation, pk, ends in ClientCertificate.objects.values_list("org__name", "pk", "ends"):
        if ends is not None:
            yield CertificateEnd(CertificateUse.MEMBER, f"{organisation} ({pk})", ends)
    for server in _used_servers():
        trusted, ours = certificates_of(server)
        if trusted:
            yield CertificateEnd(CertificateUse.PEER, server.name, trusted.ends)
        if ours:
            yield CertificateEnd(CertificateUse.OURS_AT_PEER, server.name, ours.ends)
    used = {(use, name) for use, name, _read in _presenting()}
    for use, name, ends in cache.get(SEEN, []):
        # What is no longer used does not matter, whenever it ends.
        if (use, name) in used:
            yield CertificateEnd(CertificateUse(use), name, datetime.fromisoformat(ends))


def look_at_presented() -> int:
    """Returns how many certificates were seen; of who does not answer, what was seen before is kept."""
    seen = {(use, name): ends for use, name, ends in cache.get(SEEN, [])}
    looked, latest = 0, monotonic() + MOST_SECONDS
    for use, name, read in _presenting():
        if monotonic() > latest:
            break
        try:
            certificate = of_der(read())
        except (OutgoingFailed, OSError):
            continue
        if certificate is not None:
            seen[use, name] = certificate.ends.isoformat()
            looked += 1
    cache.set(SEEN, [(str(use), name, ends) for (use, name), ends in seen.items()], KEPT.total_seconds())
    return looked


def _presenting() -> list[Presenting]:
    """Our own first, and then the others in any order: none of them is always the one that time runs out for."""
    others = list(_presented_by_others())
    random.shuffle(others)
    return [*_presented_for_us(), *others]


def _presented_for_us() -> Iterator[Presenting]:
    if settings.BASE_URL.startswith("https://"):
        yield _looked_at(CertificateUse.ADDRESS, settings.BASE_URL, OURS)
    places = (settings.BACKUP_STORAGE, settings.VARDKASE_FILES)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    if any(place.startswith("s3://") for place in places) and endpoint.startswith("https://"):
        yield _looked_at(CertificateUse.STORAGE, endpoint, OURS)
    if settings.VARDKASE_SMTP_HOST and settings.VARDKASE_SMTP_SECURITY != "none":
        yield CertificateUse.MAIL, settings.VARDKASE_SMTP_HOST, smtp.presented_certificate


def _presented_by_others() -> Iterator[Presenting]:
    for server in _used_servers():
        if server.url.startswith("https://"):
            yield CertificateUse.PEER, server.name, Peer(server).certificate
    # Several feeds of one host have one certificate.
    feeds = Feed.objects.filter(Q(enabled=True) | Q(caching_enabled=True), url__startswith="https://")
    hosts = {urlsplit(url).netloc: url for url in feeds.order_by("-pk").values_list("url", flat=True)}
    for url in islice(hosts.values(), MOST_PEERS):
        yield _looked_at(CertificateUse.FEED, url, QUICK)
    taxii = TaxiiServer.objects.filter(baseurl__startswith="https://").order_by("pk")
    for name, url in taxii.values_list("name", "baseurl")[:MOST_PEERS]:
        yield _looked_at(CertificateUse.TAXII, url, QUICK, name)
    providers = IdentityProvider.objects.filter(issuer__startswith="https://").order_by("pk")
    # As for signing in: organisations enter the address.
    policy = replace(QUICK, networks=tuple(settings.VARDKASE_SIGN_IN_NETWORKS), inside=False)
    for organisation, url in providers.values_list("org__name", "issuer")[:MOST_PEERS]:
        yield _looked_at(CertificateUse.PROVIDER, url, policy, f"{organisation} ({urlsplit(url).netloc})")


def _looked_at(use: CertificateUse, url: str, policy: RequestPolicy, name: str = "") -> Presenting:
    return use, name or urlsplit(url).netloc, partial(presented_certificate, url, policy=policy)


def _used_servers() -> QuerySet[Server]:
    return Server.objects.filter(Q(push=True) | Q(pull=True)).order_by("pk")[:MOST_PEERS]


LOOK = Schedule(
    "certificates.look",
    _("Look at certificates"),
    _(
        "Looks at the certificates of the hub’s own address, the mail server, the S3 storage, other hubs, feeds, TAXII "
        "servers and organisations’ sign-in services. Diagnostics shows those that end within 30 days."
    ),
    look_at_presented,
    at=time(4, 40),
    on=True,
    changed_by=ChangedBy.OPERATOR,
)
