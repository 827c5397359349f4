"""organisationSecurity/*: an organisation's sign-in policy. Not in MISP; the names are ours.

Each takes the organisation's id or uuid in the path; without one it is about the caller's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Mandatory, Text, Texts
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.dns import record_name, record_text
from vardkase.identity.sign_in_policy.models import ApiRequirements, ClientCertificate, MailDomain
from vardkase.identity.sign_in_policy.queries import (
    certificates_of,
    domains_of,
    find_certificate,
    find_domain,
    find_secured,
    manages_all_organisations,
)
from vardkase.identity.sign_in_policy.services.domains import MAILBOXES
from vardkase.identity.sign_in_policy.services.enforcement_modes import RULES

ADMINISTRATOR = (Permission.ADMIN,)
ABOUT_NETWORKS = Description(
    "POST the networks (CIDR) that the organisation's people and machines come from; they replace the former ones.",
    url="/organisationSecurity/setNetworks/[organisation_id]",
)
ABOUT_MODES = Description(
    "POST how strictly each rule is kept: off, report or enforce.",
    url="/organisationSecurity/setModes/[organisation_id]",
)
ABOUT_CERTIFICATE = Description(
    "POST a client certificate as PEM, or its SHA-256 fingerprint; pins is certificate or key.",
    url="/organisationSecurity/addCertificate/[organisation_id]",
)
ABOUT_DOMAIN = Description(
    f"POST an e-mail domain; method is dns or mail, and mailbox one of {', '.join(MAILBOXES)}.",
    url="/organisationSecurity/addDomain/[organisation_id]",
)

ABOUT_REQUIREMENTS = Description(
    "POST what the organisation promises of its machines.",
    url="/organisationSecurity/editRequirements/[organisation_id]",
)


class Networks(Params, kw_only=True):
    networks: Texts


class Modes(Params, kw_only=True):
    """By rule, as in RULES."""

    networks: Text | None = None
    certificates: Text | None = None
    domains: Text | None = None
    keys: Text | None = None


class NewCertificate(Params, kw_only=True):
    pem: Text = ""
    fingerprint: Text = ""
    pins: Text = ClientCertificate.Pins.CERTIFICATE.value


class NewDomain(Params, kw_only=True):
    domain: Mandatory[Text] = ""
    method: Mandatory[Text] = ""
    mailbox: Text = ""


class RequirementsBody(Body, kw_only=True):
    model = "ApiRequirements"

    software: Text = ""
    egress_addresses: Anything = None
    proof: Text = ""
    contact_name: Text = ""
    contact_email: Text = ""
    contact_phone: Text = ""
    rotation_days: Anything = None
    log_days: Anything = None


def _require_charge_of_one(actor: Actor) -> None:
    if not (actor.may(Permission.ADMIN) or manages_all_organisations(actor)):
        raise Forbidden(CommonProblem.NO_PERMISSION())


@endpoint("organisationSecurity/view")
def view(call: Call, organisation_id: str = "") -> Json:
    """Return what is registered, how each rule is enforced, and what is missing."""
    _require_charge_of_one(call.actor)
    organisation = find_secured(call.actor, organisation_id)
    state = services.security_state(organisation)
    return Json(
        {
            "OrganisationSecurity": {
                "org_id": str(organisation.pk),
                "modes": state.modes,
                "required": organisation.required_sign_in,
                "networks": organisation.networks,
                "verified_domains": organisation.verified_domains,
                "missing": list(state.missing),
                "addresses_outside": list(state.addresses_outside),
                "unbound_keys": state.unbound_keys,
                "Certificate": [
                    _certificate(certificate) for certificate in certificates_of(call.actor, organisation)
                ],
                "Domain": [_domain(domain) for domain in domains_of(call.actor, organisation)],
                "ApiRequirements": _requirements(services.requirements_of(organisation)),
            }
        }
    )


@endpoint(
    "organisationSecurity/setNetworks",
    unlimited_key=True,
    requires=ADMINISTRATOR,
    writes=True,
    describes=ABOUT_NETWORKS,
)
def set_networks(call: Call, organisation_id: str = "", *, params: Networks) -> Json:
    organisation = find_secured(call.actor, organisation_id)
    networks = [network for text in params.networks for network in text.split()]
    with _refusing("setNetworks"):
        secured = services.set_networks(call.actor, organisation, networks)
    return Json({"OrganisationSecurity": {"org_id": str(secured.pk), "networks": secured.networks}})


@endpoint("organisationSecurity/setModes", unlimited_key=True, writes=True, describes=ABOUT_MODES)
def set_modes(call: Call, organisation_id: str = "", *, params: Modes) -> Json:
    _require_charge_of_one(call.actor)
    organisation = find_secured(call.actor, organisation_id)
    modes_by_rule = {rule: mode for rule in RULES if (mode := getattr(params, rule)) is not None}
    with _refusing("setModes"):
        secured = services.set_modes(call.actor, organisation, shown=call.client_certificate, **modes_by_rule)
    modes = {rule: getattr(secured, f"{rule}_mode") for rule in RULES}
    return Json({"OrganisationSecurity": {"org_id": str(secured.pk), "modes": modes}})


@endpoint(
    "organisationSecurity/addCertificate",
    unlimited_key=True,
    requires=ADMINISTRATOR,
    writes=True,
    describes=ABOUT_CERTIFICATE,
)
def add_certificate(call: Call, organisation_id: str = "", *, params: NewCertificate) -> Json:
    organisation = find_secured(call.actor, organisation_id)
    with _refusing("addCertificate"):
        certificate = (
            services.add_certificate(call.actor, organisation, params.pem, pins=params.pins)
            if params.pem
            else services.add_fingerprint(call.actor, organisation, params.fingerprint, pins=params.pins)
        )
    return Json({"Certificate": _certificate(certificate)})


@endpoint("organisationSecurity/removeCertificate", unlimited_key=True, requires=ADMINISTRATOR, writes=True)
def remove_certificate(call: Call, organisation_id: str, certificate_id: str) -> Saved:
    """Remove a certificate, effective immediately. The path names organisation and certificate."""
    organisation = find_secured(call.actor, organisation_id)
    number = find_certificate(organisation, certificate_id).pk
    with _refusing("removeCertificate"):
        services.remove_certificate(call.actor, organisation, number, shown=call.client_certificate)
    return saved(
        "The certificate was removed.", f"/organisationSecurity/removeCertificate/{number}", id=number
    )


@endpoint(
    "organisationSecurity/addDomain",
    unlimited_key=True,
    requires=ADMINISTRATOR,
    writes=True,
    describes=ABOUT_DOMAIN,
)
def add_domain(call: Call, organisation_id: str = "", *, params: NewDomain) -> Json:
    organisation = find_secured(call.actor, organisation_id)
    with _refusing("addDomain"):
        checked = services.start_domain_check(
            call.actor, organisation, params.domain, params.method, params.mailbox
        )
    return Json({"Domain": _domain(checked)})


@endpoint("organisationSecurity/checkDomain", unlimited_key=True, requires=ADMINISTRATOR, writes=True)
def check_domain(call: Call, organisation_id: str, domain_id: str) -> Json:
    """Look up the domain's TXT record now. The path names organisation and domain."""
    organisation = find_secured(call.actor, organisation_id)
    number = find_domain(organisation, domain_id).pk
    with _refusing("checkDomain"):
        is_verified = services.check_record(call.actor, organisation, number)
    return Json({"Domain": {"id": str(number), "verified": is_verified}})


@endpoint("organisationSecurity/removeDomain", unlimited_key=True, requires=ADMINISTRATOR, writes=True)
def remove_domain(call: Call, organisation_id: str, domain_id: str) -> Saved:
    """Remove an e-mail domain. The path names organisation and domain."""
    organisation = find_secured(call.actor, organisation_id)
    number = find_domain(organisation, domain_id).pk
    with _refusing("removeDomain"):
        services.remove_domain(call.actor, organisation, number)
    return saved("The domain was removed.", f"/organisationSecurity/removeDomain/{number}", id=number)


@endpoint(
    "organisationSecurity/editRequirements", requires=ADMINISTRATOR, writes=True, describes=ABOUT_REQUIREMENTS
)
def edit_requirements(call: Call, organisation_id: str = "", *, body: RequirementsBody) -> Json:
    organisation = find_secured(call.actor, organisation_id)
    with _refusing("editRequirements"):
        row = services.save_requirements(call.actor, organisation, body.sent)
    return Json({"ApiRequirements": _requirements(row)})


@endpoint("organisationSecurity/submitRequirements", requires=ADMINISTRATOR, writes=True)
def submit_requirements(call: Call, organisation_id: str = "") -> Json:
    """Submit the API requirement list to the hub's officers."""
    organisation = find_secured(call.actor, organisation_id)
    with _refusing("submitRequirements"):
        row = services.submit_requirements(call.actor, organisation)
    return Json({"ApiRequirements": _requirements(row)})


@contextmanager
def _refusing(action: str) -> Iterator[None]:
    """Context manager: turn Invalid into MISP's body of a refused save, with the errors by field."""
    try:
        yield
    except Invalid as error:
        url = f"/organisationSecurity/{action}"
        raise SaveFailed(f"{action} OrganisationSecurity", url, error.errors) from error


def _certificate(row: ClientCertificate) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "pins": row.pins,
        "fingerprint": row.fingerprint,
        "subject": row.subject,
        "ends": row.ends and row.ends.isoformat(),
    }


def _domain(row: MailDomain) -> dict[str, Any]:
    """A domain; `record` is the TXT record content required for verification by DNS."""
    by_dns = row.method == MailDomain.Method.DNS
    return {
        "id": str(row.pk),
        "domain": row.domain,
        "method": row.method,
        "mailbox": row.mailbox,
        "verified": row.verified is not None,
        "record": {"name": record_name(row.domain), "text": record_text(row.token)} if by_dns else None,
    }


def _requirements(row: ApiRequirements) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*RequirementsBody.fields(), "state", "note")}
