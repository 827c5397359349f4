"""What an organisation asks at its own entrance, as a diagnosis tells it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.hub.customer_service.diagnosis import Fact
from vardkase.identity.entrance.models import ClientCertificate
from vardkase.identity.organisations.models import Mode, Organisation

CERTIFICATES_SHOWN = 10


def facts(organisation_id: int) -> Sequence[Fact]:
    """Its networks, addresses of machines and mail domains with their modes, and its client certificates."""
    organisation = Organisation.objects.get(pk=organisation_id)
    certificates = ClientCertificate.objects.filter(org=organisation_id).order_by("-pk")[:CERTIFICATES_SHOWN]
    return [
        _asked(gettext("Networks"), organisation.networks_mode, organisation.networks),
        _asked(gettext("Addresses of machines"), organisation.keys_mode, organisation.egress_addresses),
        _asked(gettext("Mail domains"), organisation.domains_mode, organisation.verified_domains),
        _asked(gettext("Client certificates"), organisation.certificates_mode, []),
        *map(_certificate, certificates),
    ]


def _asked(label: str, mode: str, values: list[str]) -> Fact:
    words = {
        Mode.OFF: gettext("not asked"),
        Mode.REPORT: gettext("reported"),
        Mode.ENFORCE: gettext("enforced"),
    }[Mode(mode)]
    return Fact(label, f"{words}: {', '.join(values)}" if values else words)


def _certificate(row: ClientCertificate) -> Fact:
    name = row.subject or row.fingerprint[:16]
    if row.ends is None:
        return Fact(name, gettext("end unknown"))
    day = date_format(timezone.localtime(row.ends), "j F Y")
    if row.ends <= timezone.now():
        return Fact(name, gettext("Expired %(day)s") % {"day": day}, "bad")
    return Fact(name, gettext("Good until %(day)s") % {"day": day}, "ok")
