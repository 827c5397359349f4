"""The technical items of a checklist, done from its page by an officer or the operator, who read nothing shared."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxLengthValidator
from django.db import transaction
from django.utils.translation import gettext

from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.exchange.servers.checkup import Checkup, check
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.services import add_server, edit_server
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members.details import CONTACTS
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_officer, require_technical
from vardkase.hub.membership.members.services.pushing import locked, push, reasons
from vardkase.hub.membership.onboarding import letters
from vardkase.hub.membership.onboarding.items import NAMES
from vardkase.hub.membership.onboarding.links import Purpose, make_link
from vardkase.hub.membership.onboarding.models import Remark
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.services import create_user
from vardkase.identity.entrance import services as entrance
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import Reference, find_organisation
from vardkase.identity.organisations.rules import has_verified_domain
from vardkase.identity.organisations.services import edit_organisation
from vardkase.intel.models import Event

LONGEST_KEY_DAYS = 366
"""A key is changed at least yearly."""
LONGEST_ADDRESS = 254
"""Characters of a mail address (RFC 5321, section 4.5.3.1.3, without its brackets)."""


@transaction.atomic
def invite_administrator(actor: Actor, reference: Reference, email: str) -> User:
    """Make the first administrator's account, or use the one there is, and mail them a link to choose a password.

    Raises Invalid by field, Conflict for somebody who has signed in already, NotFound, Forbidden.
    """
    membership = _taken(actor, reference)
    _require_theirs(actor, membership, email=email)
    user = _account(actor, membership, email, ADMINISTRATOR)
    if user.last_pw_change and not user.change_pw and user.last_login:
        raise Conflict(gettext("%s has signed in already.") % user.email)
    link = make_link(actor, membership, user, Purpose.PASSWORD, user.email)
    letters.invite(actor, membership, user, link)
    return _done(actor, membership, "administrator", user.email, user)


@transaction.atomic
def make_sync_user(
    actor: Actor, reference: Reference, email: str, *, addresses: str, until: date, send_to: str = ""
) -> User:
    """Make the account that synchronises, and mail a link that shows its new key once.

    The key works from `addresses` alone, until the day `until`, at most a year on. The link goes to `send_to`, else
    to the technical contact. Raises Invalid by field, NotFound, Forbidden.
    """
    membership = _taken(actor, reference)
    days, networks = (until - today()).days, _addresses(addresses)
    if not 1 <= days <= LONGEST_KEY_DAYS:
        raise Invalid({"until": [gettext("A key ends within a year.")]})
    contact = membership.details.get("contact_technical") or {}
    recipient = send_to.strip() or contact.get("email", "")
    if not recipient:
        raise Invalid({"send_to": [gettext("Say to whom the link with the key is sent.")]})
    _require_address(recipient)
    _require_theirs(actor, membership, email=email, send_to=recipient)
    user = _account(actor, membership, email, SYNCHRONISES)
    link = make_link(actor, membership, user, Purpose.KEY, recipient, allowed_ips=networks, key_days=days)
    letters.send_key(actor, membership, user, link, recipient)
    return _done(actor, membership, "sync_user", user.email, user)


@transaction.atomic
def register_networks(actor: Actor, reference: Reference, networks: list[str]) -> Membership:
    """Register the networks that a member's users come from. Raises Invalid, NotFound, Forbidden."""
    membership = _taken(actor, reference)
    entrance.set_networks(actor, membership.organisation, networks)
    return _done(actor, membership, "networks", ", ".join(networks), membership)


@transaction.atomic
def register_certificate(actor: Actor, reference: Reference, pem: str) -> Membership:
    """Register the certificate that a member's machines show. Raises Invalid, Conflict, NotFound, Forbidden."""
    membership = _taken(actor, reference)
    added = entrance.add_certificate(actor, membership.organisation, pem)
    return _done(actor, membership, "certificate", added.subject, membership)


@transaction.atomic
def verify_domain(
    actor: Actor, reference: Reference, domain: str, *, method: str, mailbox: str = ""
) -> Membership:
    """Begin to verify a mail domain of a member. Raises Invalid, Conflict, NotFound, Forbidden."""
    membership = _taken(actor, reference)
    entrance.start_domain_check(actor, membership.organisation, domain, method, mailbox)
    return _done(actor, membership, "domain", domain, membership)


@transaction.atomic
def connect(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> Server:
    """Set up our connection to a member's instance (``url, authkey, push, pull``), or change the one there is.

    Raises Invalid by field, NotFound, Forbidden.
    """
    membership = _taken(actor, reference)
    organisation = membership.organisation
    server = Server.objects.filter(remote_org=organisation).order_by("priority").first()
    given = {"name": organisation.name, **data, "remote_org_id": organisation.pk}
    acting = replace(_for_the_hub(actor), staff=actor.staff)  # Who reads nothing has nothing sent, either.
    saved = edit_server(acting, server.pk, given) if server else add_server(acting, given)
    return _done(actor, membership, "server", saved.url, saved)


def test_connection(actor: Actor, reference: Reference) -> Checkup:
    """Go through our connection to a member's instance now. Raises Conflict without one, NotFound, Forbidden."""
    with transaction.atomic():
        membership = _taken(actor, reference)
        server = Server.objects.filter(remote_org=membership.organisation).order_by("priority").first()
    if server is None:
        raise Conflict(gettext("There is no connection to this member."))
    return check(_for_the_hub(actor), server.pk)


@transaction.atomic
def join_organisation(actor: Actor, reference: Reference, other: Reference) -> Membership:
    """Have the membership be of an organisation that is here already, in place of the one that was made for it.

    For officers: whoever is a member owns what the organisation has. Raises Conflict when either is in use as a
    member, NotFound, Forbidden.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    former, found = membership.organisation, find_organisation(other)
    if membership.state != MembershipState.ONBOARDING or User.objects.filter(org=former).exists():
        raise Conflict(gettext("The organisation is in use: it can be merged with another, not exchanged."))
    if Membership.objects.filter(organisation=found).exists():
        raise Conflict(gettext("%s is a member already.") % found.name)
    Organisation.objects.filter(pk=found.pk).update(local=True)
    membership.organisation = found
    membership.save(update_fields=["organisation"])
    if membership.application is not None:
        membership.application.organisation = found
        membership.application.save(update_fields=["organisation"])
    former.delete()
    push(membership)
    return _done(actor, membership, "organisation", found.name, membership)


@transaction.atomic
def take_uuid(actor: Actor, reference: Reference, uuid: str) -> Membership:
    """Have a member's organisation be known by the UUID that it has in its own MISP, so that what it sends is its own.

    For officers, while it is being connected and has published nothing. Raises Conflict after that, Invalid for no UUID
    and for one that another organisation has, NotFound, Forbidden.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    organisation = membership.organisation
    has_events = Event.objects.filter(orgc_id=organisation.pk).exists()
    if membership.state != MembershipState.ONBOARDING or has_events:
        raise Conflict(gettext("The organisation is known to others by its UUID already."))
    edit_organisation(_for_the_hub(actor), organisation, {"uuid": uuid})
    return _done(actor, membership, "organisation", uuid, membership)


@transaction.atomic
def waive(actor: Actor, reference: Reference, item: str, note: str) -> Remark:
    """Say why a member does not need an item of its checklist. Whether one is done, nobody says: the facts do.

    Raises Invalid for an item that every member needs, NotFound, Forbidden for who is no officer.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    if item not in NAMES or not NAMES[item].is_optional:
        raise Invalid(
            {"item": [gettext("Every member needs this: whether it is done is read off the facts.")]}
        )
    remark, _ = Remark.objects.update_or_create(
        {"note": reasons(note), "by": actor.name}, membership=membership, item=item
    )
    return _done(actor, membership, item, remark.note, remark)


@transaction.atomic
def reopen(actor: Actor, reference: Reference, item: str) -> Membership:
    """Take back what somebody said of an item. Raises NotFound, Forbidden."""
    membership = locked(actor, reference)
    require_officer(actor, membership)
    Remark.objects.filter(membership=membership, item=item).delete()
    note_in_history(actor, MEMBERSHIP, membership, "membership.reopened_item", item)
    return membership


def _taken(actor: Actor, reference: Reference) -> Membership:
    membership = locked(actor, reference)
    require_technical(actor, membership)
    if membership.state == MembershipState.TERMINATED:
        raise Conflict(gettext("The membership has ended."))
    return membership


def _done[Result](actor: Actor, membership: Membership, item: str, note: str, result: Result) -> Result:
    note_in_history(actor, MEMBERSHIP, membership, "membership.onboarded", f"{item}: {note}", item=item)
    return result


def _for_the_hub(actor: Actor) -> Actor:
    """The actor for one thing that the hub does in their name; who acts stays who they are, and reads no more."""
    return replace(actor, permissions=frozenset(Permission), may_write=True, staff=frozenset())


def _require_address(recipient: str) -> None:
    """Raise Invalid for what no mail can be sent to."""
    try:
        EmailValidator()(recipient)
        MaxLengthValidator(LONGEST_ADDRESS)(recipient)
    except ValidationError:
        raise Invalid({"send_to": [gettext("Please enter a valid email address.")]}) from None


def _require_theirs(actor: Actor, membership: Membership, **addresses: str) -> None:
    """Raise Invalid by field for an address that is not the member's own, unless an officer gave it.

    Whoever reads that mailbox reads what the member reads, and the operator may not.
    """
    if not actor.is_content_blind:
        return
    contacts = {
        (membership.details.get(f"contact_{name}") or {}).get("email", "").lower() for name in CONTACTS
    }
    domains = membership.details.get("domains", ())  # Not those verified since: the operator may verify more.
    told = gettext(
        "This address is neither a contact’s nor in a mail domain of the member: an officer has to give it."
    )
    errors = {
        field: [told]
        for field, address in addresses.items()
        if address.strip().lower() not in contacts and not has_verified_domain(address.strip(), domains)
    }
    if errors:
        raise Invalid(errors)


ADMINISTRATOR = {"perm_admin": True, "perm_site_admin": False}
SYNCHRONISES = {"perm_sync": True, "perm_admin": False, "perm_site_admin": False}


def _account(actor: Actor, membership: Membership, email: str, kind: Mapping[str, bool]) -> User:
    """The member's account with this address, which has to be of that kind; made when there is none."""
    known = User.objects.select_related("role", "org").filter(email__iexact=email.strip()).first()
    if known is None:
        role = Role.objects.filter(**kind).order_by("pk").first()
        if role is None:
            raise Invalid({"email": [gettext("The hub has no role for this.")]})
        data = {
            "email": email,
            "org_id": membership.organisation_id,
            "role_id": role.pk,
            "termsaccepted": True,
        }
        return create_user(_for_the_hub(actor), data)
    if known.org_id != membership.organisation_id or known.disabled:
        raise Invalid({"email": [gettext("An account with this email address already exists.")]})
    if any(getattr(known.role, flag) != held for flag, held in kind.items()):
        raise Forbidden(gettext("This account has another role."))
    return known


def _addresses(given: str) -> list[str]:
    """Addresses and networks that a key may come from. Raises Invalid when there is none, or it is any address."""
    try:
        found = [ipaddress.ip_network(each, strict=False) for each in given.replace(",", " ").split()]
    except ValueError:
        found = []
    if not found or any(network.prefixlen == 0 for network in found):
        raise Invalid({"addresses": [gettext("Give the fixed addresses that the API is called from.")]})
    return [str(network) for network in found]
