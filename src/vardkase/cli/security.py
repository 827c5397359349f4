"""`vardkase security …`: sign-in policies of organisations; never locks out the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, fail, result, rows
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.identity.access.actor import Actor
    from vardkase.identity.organisations.models import Organisation

PROFILES = EVERY

commands = typer.Typer(
    no_args_is_help=True, help="Networks, certificates, e-mail domains and access reviews."
)

OrganisationName = Annotated[str, typer.Argument(help="Name, id or uuid of an organisation.", metavar="ORG")]
Mode = Annotated[str | None, typer.Option(help="off, report or enforce.", metavar="MODE")]


@commands.command()
def show(org: OrganisationName, data_dir: DataDir = None, json: Json = False) -> None:
    """Show what is registered, how strictly each rule is enforced, and what is missing."""
    with opened(data_dir):
        from vardkase.identity.sign_in_policy.services import security_state

        _, organisation = _found(org)
        state = security_state(organisation)
        shown: dict[str, Any] = {
            "organisation": organisation.name,
            "modes": state.modes,
            "required": organisation.required_sign_in,
            "networks": organisation.networks,
            "domains": organisation.verified_domains,
            "certificates": organisation.certificate_pins,
            "missing": list(state.missing),
        }
        result(shown, as_json=json)


@commands.command()
def networks(
    org: OrganisationName,
    network: Annotated[
        list[str] | None, typer.Argument(help="Networks in CIDR notation; none: none.")
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Replace the registered networks."""
    with opened(data_dir):
        from vardkase.identity.sign_in_policy.services import set_networks

        done = set_networks(*_found(org), network or [])
        result({"organisation": done.name, "networks": done.networks}, as_json=json)


@commands.command()
def modes(
    org: OrganisationName,
    networks: Mode = None,
    certificates: Mode = None,
    domains: Mode = None,
    keys: Mode = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Set how strictly each given rule is enforced."""
    with opened(data_dir):
        from vardkase.identity.sign_in_policy.services import security_state, set_modes

        actor, organisation = _found(org)
        done = set_modes(
            actor, organisation, networks=networks, certificates=certificates, domains=domains, keys=keys
        )
        result({"organisation": done.name, **security_state(done).modes}, as_json=json)


@commands.command()
def certificate(
    org: OrganisationName,
    file: Annotated[Path, typer.Argument(help="The certificate as PEM.", exists=True, dir_okay=False)],
    key: Annotated[
        bool, typer.Option("--key", help="Recognise its public key, also in a renewed one.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Register a client certificate."""
    with opened(data_dir):
        from vardkase.identity.sign_in_policy.services import add_certificate

        # PEM is ASCII, but the text around it need not be.
        text = file.read_text(encoding="ascii", errors="replace")
        made = add_certificate(*_found(org), text, pins="key" if key else "certificate")
        result({"id": made.pk, "subject": made.subject, "fingerprint": made.fingerprint}, as_json=json)


@commands.command()
def domain(
    org: OrganisationName,
    name: Annotated[str, typer.Argument(help="The e-mail domain.")],
    mailbox: Annotated[str, typer.Option(help="Send a mail to this mailbox of it, instead of DNS.")] = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Claim an e-mail domain; when repeated, check its TXT record."""
    with opened(data_dir):
        from vardkase.identity.sign_in_policy.dns import record_name, record_text
        from vardkase.identity.sign_in_policy.services import check_record, start_domain_check

        actor, organisation = _found(org)
        claim = organisation.mail_domains.filter(domain=name, method="dns").first()
        if claim is None or mailbox:
            claim = start_domain_check(actor, organisation, name, "mail" if mailbox else "dns", mailbox)
            found = False
        else:
            found = check_record(actor, organisation, claim.pk)
        shown: dict[str, Any] = {"domain": claim.domain, "verified": found}
        if claim.method == "dns" and not found:
            shown |= {"record": record_name(claim.domain), "text": record_text(claim.token)}
        result(shown, as_json=json)


@commands.command()
def requirements(
    org: OrganisationName,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the list that was sent in.")] = False,
    send_back: Annotated[
        str, typer.Option("--return", help="Return it, with this note.", metavar="NOTE")
    ] = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show an organisation's API requirements, or approve or return them."""
    with opened(data_dir):
        from vardkase.identity.sign_in_policy.services import decide_requirements, requirements_of

        actor, organisation = _found(org)
        row = requirements_of(organisation)
        if approve or send_back:
            row = decide_requirements(actor, organisation, approve=approve, note=send_back)
        shown = ("software", "egress_addresses", "proof", "contact_name", "contact_email", "state", "note")
        result({name: getattr(row, name) for name in shown}, as_json=json)


@commands.command()
def reviews(org: OrganisationName, data_dir: DataDir = None, json: Json = False) -> None:
    """List the access reviews of an organisation."""
    with opened(data_dir):
        from vardkase.identity.access_reviews.queries import reviews_of

        actor, organisation = _found(org)
        shown = [
            {
                "id": review.pk,
                "opened": review.opened.date().isoformat(),
                "due": review.due.date().isoformat(),
                "closed": review.closed.date().isoformat() if review.closed else None,
            }
            for review in reviews_of(actor, organisation.pk)
        ]
        rows(shown, as_json=json)


@commands.command()
def provider(
    org: OrganisationName,
    issuer: Annotated[str, typer.Option(help="Register this OpenID Connect provider, or change it.")] = "",
    client_id: Annotated[str, typer.Option(help="What the provider calls this hub.")] = "",
    secret: Annotated[
        Path | None, typer.Option(help="A file with the client's secret; none: the one that is kept stays.")
    ] = None,
    label: Annotated[str, typer.Option(help="A name for the button.")] = "",
    required: Annotated[
        bool | None, typer.Option("--required/--not-required", help="Whether people have to sign in so.")
    ] = None,
    second_factor: Annotated[
        bool | None,
        typer.Option("--trust-second-factor/--ask-second-factor", help="Whether its second factor counts."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the provider away.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show, register, change or remove an organisation's own sign-in provider."""
    asked = {
        "issuer": issuer or None,
        "client_id": client_id or None,
        "label": label or None,
        "required": required,
        "trusts_second_factor": second_factor,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    with opened(data_dir):
        from vardkase.exchange.openid import register
        from vardkase.identity.sign_in_policy import services

        actor, organisation = _found(org)
        row = services.provider_of(organisation)
        if remove:
            services.remove_provider(actor, organisation)
            row = None
        elif changes or secret:
            registration = services.changed_registration(row, changes, _secret(secret))
            row = register(actor, organisation, registration)
        shown = {name: getattr(row, name) for name in services.SHOWN_OF_PROVIDER} if row else {}
        result({"organisation": organisation.name, **shown}, as_json=json)


def _secret(file: Path | None) -> str:
    try:
        return file.read_text("utf-8").strip() if file else ""
    except (OSError, UnicodeDecodeError):
        raise fail(f"{file} cannot be read.") from None


def _found(reference: str) -> tuple[Actor, Organisation]:
    from vardkase.cli.console import console
    from vardkase.identity.organisations.queries import organisations
    from vardkase.identity.sign_in_policy.queries import find_secured

    actor = console()
    named = organisations("local").filter(name__iexact=reference).first()
    return actor, named or find_secured(actor, reference)
