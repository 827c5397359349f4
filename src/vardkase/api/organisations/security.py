"""organisationSecurity/*: an organisation's sign-in policy. Not in MISP; the names are ours.

Each takes the organisation's id or uuid in the path; without one it is about the caller's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
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
    ["networks"],
    (),
    "/organisationSecurity/setNetworks/[organisation_id]",
)
ABOUT_MODES = Description(
    "POST how strictly each rule is kept: off, report or enforce.",
    (),
    list(RULES),
    "/organisationSecurity/setModes/[organisation_id]",
)
ABOUT_CERTIFICATE = Description(
    "POST a client certificate as PEM, or its SHA-256 fingerprint; pins is certificate or key.",
    (),
    ["pem", "fingerprint", "pins"],
    "/organisationSecurity/addCertificate/[organisation_id]",
)
ABOUT_DOMAIN = Description(
    f"POST a mail domain; method is dns or mail, and mailbox one of {', '.join(MAILBOXES)}.",
    ["domain", "method"],
    ["mailbox"],
    "/organisationSecurity/addDomain/[organisation_id]",
)
REQUIREMENTS = (
    "software",
    "egress_addresses",
    "proof",
    "contact_name",
    "contact_email",
    "contact_phone",
    "rotation_days",
    "log_days",
)
ABOUT_REQUIREMENTS = Description(
    "POST what the organisation promises of its machines.",
    (),
    REQUIREMENTS,
    "/organisationSecurity/editRequirements/[organisation_id]",
)
ABOUT_VIEW = Description(url="/organisationSecurity/view/[organisation_id]")


def _require_charge_of_one(actor: Actor) -> None:
    if not (actor.may(Permission.ADMIN) or manages_all_organisations(actor)):
        raise Forbidden(CommonProblem.NO_PERMISSION())


@endpoint("organisationSecurity/view", describes=ABOUT_VIEW)
def view(call: Call) -> Answer:
    """Return what is registered, how each rule is enforced, and what is missing."""
    _require_charge_of_one(call.actor)
    organisation = find_secured(call.actor, call.arg(0))
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
def set_networks(call: Call) -> Answer:
    organisation = find_secured(call.actor, call.arg(0))
    value = call.param("networks", [])
    networks = value if isinstance(value, list) else str(value).split()
    with _refusing("setNetworks"):
        secured = services.set_networks(call.actor, organisation, map(str, networks))
    return Json({"OrganisationSecurity": {"org_id": str(secured.pk), "networks": secured.networks}})


@endpoint("organisationSecurity/setModes", unlimited_key=True, writes=True, describes=ABOUT_MODES)
def set_modes(call: Call) -> Answer:
    _require_charge_of_one(call.actor)
    organisation = find_secured(call.actor, call.arg(0))
    modes_by_rule = {rule: str(value) for rule in RULES if (value := call.param(rule)) is not None}
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
def add_certificate(call: Call) -> Answer:
    organisation = find_secured(call.actor, call.arg(0))
    pins = str(call.param("pins") or ClientCertificate.Pins.CERTIFICATE)
    with _refusing("addCertificate"):
        if pem := call.param("pem"):
            certificate = services.add_certificate(call.actor, organisation, str(pem), pins=pins)
        else:
            fingerprint = str(call.param("fingerprint") or "")
            certificate = services.add_fingerprint(call.actor, organisation, fingerprint, pins=pins)
    return Json({"Certificate": _certificate(certificate)})


@endpoint("organisationSecurity/removeCertificate", unlimited_key=True, requires=ADMINISTRATOR, writes=True)
def remove_certificate(call: Call) -> Answer:
    """Remove a certificate, effective immediately. The path names organisation and certificate."""
    organisation = find_secured(call.actor, call.arg(0))
    number = find_certificate(organisation, call.arg(1)).pk
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
def add_domain(call: Call) -> Answer:
    organisation = find_secured(call.actor, call.arg(0))
    domain, method, mailbox = (str(call.param(name) or "") for name in ("domain", "method", "mailbox"))
    with _refusing("addDomain"):
        checked = services.start_domain_check(call.actor, organisation, domain, method, mailbox)
    return Json({"Domain": _domain(checked)})


@endpoint("organisationSecurity/checkDomain", unlimited_key=True, requires=ADMINISTRATOR, writes=True)
def check_domain(call: Call) -> Answer:
    """Look up the domain's TXT record now. The path names organisation and domain."""
    organisation = find_secured(call.actor, call.arg(0))
    number = find_domain(organisation, call.arg(1)).pk
    with _refusing("checkDomain"):
        is_verified = services.check_record(call.actor, organisation, number)
    return Json({"Domain": {"id": str(number), "verified": is_verified}})


@endpoint("organisationSecurity/removeDomain", unlimited_key=True, requires=ADMINISTRATOR, writes=True)
def remove_domain(call: Call) -> Answer:
    """Remove a mail domain. The path names organisation and domain."""
    organisation = find_secured(call.actor, call.arg(0))
    number = find_domain(organisation, call.arg(1)).pk
    with _refusing("removeDomain"):
        services.remove_domain(call.actor, organisation, number)
    return saved("The domain was removed.", f"/organisationSecurity/removeDomain/{number}", id=number)


@endpoint(
    "organisationSecurity/editRequirements", requires=ADMINISTRATOR, writes=True, describes=ABOUT_REQUIREMENTS
)
def edit_requirements(call: Call) -> Answer:
    organisation = find_secured(call.actor, call.arg(0))
    with _refusing("editRequirements"):
        row = services.save_requirements(call.actor, organisation, call.data("ApiRequirements"))
    return Json({"ApiRequirements": _requirements(row)})


@endpoint("organisationSecurity/submitRequirements", requires=ADMINISTRATOR, writes=True)
def submit_requirements(call: Call) -> Answer:
    """Submit the API requirement list to the hub's officers."""
    organisation = find_secured(call.actor, call.arg(0))
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
    return {name: getattr(row, name) for name in (*REQUIREMENTS, "state", "note")}
