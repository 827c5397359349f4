"""An organisation's sign-in policy, as shown in a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.hub.customer_service.connection_diagnosis import DiagnosticFact
from vardkase.identity.organisations.models import Organisation, SignInMode, SignInRule
from vardkase.identity.sign_in_policy.models import ClientCertificate
from vardkase.identity.sign_in_policy.rules import EITHER, kept_mode

CERTIFICATES_SHOWN = 10


def facts(organisation_id: int) -> Sequence[DiagnosticFact]:
    organisation = Organisation.objects.get(pk=organisation_id)
    certificates = ClientCertificate.objects.filter(org=organisation_id).order_by("-pk")[:CERTIFICATES_SHOWN]
    labels = dict(SignInRule.choices)
    required = [str(labels.get(rule, rule)) for rule in organisation.required_sign_in]
    minimum = (
        [DiagnosticFact(gettext("The hub owner requires at least"), "; ".join(required))] if required else []
    )
    return [
        _requirement(gettext("Networks"), kept_mode(organisation, "networks"), organisation.networks),
        _requirement(
            gettext("Addresses of machines"), kept_mode(organisation, "keys"), organisation.egress_addresses
        ),
        _requirement(
            gettext("E-mail domains"), kept_mode(organisation, "domains"), organisation.verified_domains
        ),
        _requirement(gettext("Client certificates"), kept_mode(organisation, "certificates"), []),
        *minimum,
        *map(_certificate, certificates),
    ]


def _requirement(label: str, mode: str, values: list[str]) -> DiagnosticFact:
    text = {
        SignInMode.OFF: gettext("not asked"),
        SignInMode.REPORT: gettext("reported"),
        SignInMode.ENFORCE: gettext("enforced"),
        EITHER: gettext("a network or a client certificate is required"),
    }[mode]
    return DiagnosticFact(label, f"{text}: {', '.join(values)}" if values else text)


def _certificate(row: ClientCertificate) -> DiagnosticFact:
    name = row.subject or row.fingerprint[:16]
    if row.ends is None:
        return DiagnosticFact(name, gettext("end unknown"))
    day = date_format(timezone.localtime(row.ends), "j F Y")
    if row.ends <= timezone.now():
        return DiagnosticFact(name, gettext("Expired %(day)s") % {"day": day}, "bad")
    return DiagnosticFact(name, gettext("Valid until %(day)s") % {"day": day}, "ok")
