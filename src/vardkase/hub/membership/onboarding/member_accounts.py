"""A member's first administrator and sync account; one officer alone may create them only during onboarding.

Access to an organisation that is a member already, and a link to an address that the member has not named itself, take
two officers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxLengthValidator
from django.db import transaction
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.membership.members.details import CONTACTS
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.queries import coming_sign_in
from vardkase.hub.membership.members.services.two_people import (
    PROPOSERS,
    conflict_in,
    membership_of,
    propose_step,
)
from vardkase.hub.membership.onboarding import mails
from vardkase.hub.membership.onboarding.completed_items import for_the_hub, note_done, open_membership
from vardkase.hub.membership.onboarding.links import Purpose, make_link
from vardkase.hub.membership.onboarding.problems import OnboardingProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.key_days import latest_day
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.rules import is_one_mailbox
from vardkase.identity.accounts.services import create_user
from vardkase.identity.accounts.settings import LONGEST_KEY
from vardkase.identity.organisations.queries import Reference
from vardkase.identity.organisations.rules import has_verified_domain

LONGEST_KEY_DAYS = 365
"""A key is changed at least yearly."""
LONGEST_ADDRESS = 254
"""Characters of a mail address (RFC 5321, section 4.5.3.1.3, without its brackets)."""
ADMINISTRATOR = {"perm_admin": True, "perm_site_admin": False}
SYNCHRONISES = {"perm_sync": True, "perm_admin": False, "perm_site_admin": False}


@transaction.atomic
def invite_administrator(
    actor: Actor, reference: Reference, email: str, reason: str = ""
) -> User | ApprovalRequest:
    """Create or reuse the first administrator's account, and mail a link to choose a password.

    Returns the account, or the request for a second officer's approval, which needs a `reason`. Raises
    Invalid by field, Conflict if the user has already signed in, NotFound, Forbidden.
    """
    membership, address = open_membership(actor, reference), email.strip()
    _require_theirs(actor, membership, email=address)
    _require_invitable(membership, address)
    if not _is_alone_enough(membership, address):
        return propose_step(actor, INVITE, membership, reason, {"email": address})
    return _invite(actor, membership, address)


@transaction.atomic
def make_sync_user(
    actor: Actor,
    reference: Reference,
    email: str,
    *,
    addresses: str,
    until: date,
    send_to: str = "",
    reason: str = "",
) -> User | ApprovalRequest:
    """Create the sync user, and mail a link that shows its new key once.

    The key works only from `addresses`, until `until`, at most a year ahead. The link goes to `send_to`, by
    default the technical contact; for an account that has already had a key only to its own address. Returns
    and raises as `invite_administrator`.
    """
    membership, address = open_membership(actor, reference), email.strip()
    networks = _addresses(addresses)
    _days_until(membership, until)  # raises for a day out of range, before anything is proposed
    known = _existing(membership, address, SYNCHRONISES)
    recipient = send_to.strip() or _default_recipient(membership, known)
    if not recipient:
        raise Invalid({"send_to": [OnboardingProblem.NO_RECIPIENT()]})
    try:
        EmailValidator()(recipient)
        MaxLengthValidator(LONGEST_ADDRESS)(recipient)
    except ValidationError:
        raise Invalid({"send_to": [CommonProblem.NOT_AN_EMAIL()]}) from None
    _require_theirs(actor, membership, email=address, send_to=recipient)
    _require_own_mailbox(known, recipient)
    if not _is_alone_enough(membership, address, recipient):
        parameters = {
            "email": address,
            "addresses": networks,
            "until": until.isoformat(),
            "send_to": recipient,
        }
        return propose_step(actor, MAKE_SYNC_USER, membership, reason, parameters)
    return _send_key(actor, membership, address, networks, until, recipient)


def _invite(actor: Actor, membership: Membership, email: str) -> User:
    _require_invitable(membership, email)
    user = _account(actor, membership, email, ADMINISTRATOR)
    link = make_link(actor, membership, user, Purpose.PASSWORD, user.email)
    mails.announce_account(actor, membership, user, user.email)
    mails.invite(actor, membership, user, link)
    return note_done(actor, membership, "administrator", user.email, user)


def _send_key(
    actor: Actor, membership: Membership, email: str, networks: list[str], until: date, recipient: str
) -> User:
    _require_own_mailbox(_existing(membership, email, SYNCHRONISES), recipient)
    days = _days_until(membership, until)
    user = _account(actor, membership, email, SYNCHRONISES)
    link = make_link(actor, membership, user, Purpose.KEY, recipient, allowed_ips=networks, key_days=days)
    mails.announce_account(actor, membership, user, recipient)
    mails.send_key(actor, membership, user, link, recipient)
    return note_done(actor, membership, "sync_user", user.email, user)


def _days_until(membership: Membership, until: date) -> int:
    required = int(coming_sign_in(membership)["required_key_days"])
    now, most = now_seconds(), min(LONGEST_KEY_DAYS, LONGEST_KEY.value, required or LONGEST_KEY_DAYS)
    latest = latest_day(now, most)
    if not latest_day(now, 1) <= until <= latest:
        last = date_format(latest, "j F Y")
        raise Invalid({"until": [OnboardingProblem.DAY_OUT_OF_RANGE(day=last)]})
    return most - (latest - until).days


def _is_alone_enough(membership: Membership, *addresses: str) -> bool:
    """True if one person suffices: the member is being connected, and has named the addresses itself."""
    return membership.state == MembershipState.ONBOARDING and all(
        _is_theirs(membership, address) for address in addresses
    )


def _is_theirs(membership: Membership, address: str) -> bool:
    """True if an address is a contact's or in an e-mail domain that the member gave in its application.

    Domains verified later do not count: the operator can verify them in the member's name.
    """
    contacts = [(membership.details.get(f"contact_{name}") or {}).get("email", "") for name in CONTACTS]
    return any(is_one_mailbox(address, contact) for contact in contacts if contact) or has_verified_domain(
        address, membership.details.get("domains", ())
    )


def _require_theirs(actor: Actor, membership: Membership, **addresses: str) -> None:
    """Raise Invalid by field if an operator or auditor gives an address that the member has not named."""
    if not actor.may_not_read_content:
        return
    errors = {
        field: [OnboardingProblem.NOT_OF_THE_MEMBER()]
        for field, address in addresses.items()
        if not _is_theirs(membership, address.strip())
    }
    if errors:
        raise Invalid(errors)


def _require_invitable(membership: Membership, email: str) -> None:
    user = _existing(membership, email, ADMINISTRATOR)
    if user is not None and user.last_pw_change and not user.change_pw and user.last_login:
        raise Conflict(OnboardingProblem.HAS_SIGNED_IN(email=user.email))


def _require_own_mailbox(user: User | None, recipient: str) -> None:
    if user is not None and _has_been_used(user) and recipient.casefold() != user.email.casefold():
        raise Invalid({"send_to": [OnboardingProblem.NOT_ITS_OWN_ADDRESS()]})


def _default_recipient(membership: Membership, user: User | None) -> str:
    if user is not None and _has_been_used(user):
        return user.email
    return str((membership.details.get("contact_technical") or {}).get("email", ""))


def _has_been_used(user: User) -> bool:
    return bool(user.last_login or user.last_api_access) or AuthKey.objects.filter(user=user).exists()


def _existing(membership: Membership, email: str, kind: Mapping[str, bool]) -> User | None:
    known = User.objects.select_related("role", "org").filter(email__iexact=email).first()
    if known is None:
        return None
    if known.org_id != membership.organisation_id or known.disabled:
        raise Invalid({"email": [OnboardingProblem.ADDRESS_TAKEN()]})
    if any(getattr(known.role, flag) != held for flag, held in kind.items()):
        raise Forbidden(OnboardingProblem.HAS_ANOTHER_ROLE())
    return known


def _account(actor: Actor, membership: Membership, email: str, kind: Mapping[str, bool]) -> User:
    if (known := _existing(membership, email, kind)) is not None:
        return known
    role = Role.objects.filter(**kind).order_by("pk").first()
    if role is None:
        raise Invalid({"email": [OnboardingProblem.NO_ROLE()]})
    data = {"email": email, "org_id": membership.organisation_id, "role_id": role.pk, "termsaccepted": True}
    return create_user(for_the_hub(actor), data)


def _addresses(given: str) -> list[str]:
    try:
        networks = [ipaddress.ip_network(word, strict=False) for word in given.replace(",", " ").split()]
    except ValueError:
        networks = []
    # A network of length 0 is the whole Internet, and binds the key to nothing.
    if not networks or any(network.prefixlen == 0 for network in networks):
        raise Invalid({"addresses": [OnboardingProblem.LACKS_ADDRESSES()]})
    return [str(network) for network in networks]


def account_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    membership = membership_of(request)
    user = User.objects.filter(email__iexact=request.parameters["email"]).first()
    # The approval lapses when the account changes hands or use in the meantime.
    account = [user.pk, user.org_id, user.role_id, user.disabled, _has_been_used(user)] if user else None
    return {"state": membership.state, "details": membership.details, "account": account}


def _describes(effect: Promise) -> Callable[[ApprovalRequest], ActionDescription]:
    def describe(request: ApprovalRequest) -> ActionDescription:
        given = request.parameters
        membership = Membership.objects.filter(pk=int(request.subject)).first()
        addresses = dict.fromkeys(filter(None, (given["email"], given.get("send_to"))))
        unknown = [address for address in addresses if membership and not _is_theirs(membership, address)]
        state = MembershipState(membership.state).label if membership else ""
        labels = (
            (gettext("Account"), given["email"]),
            (gettext("Send the link to"), given.get("send_to") or given["email"]),
            (gettext("Source addresses"), ", ".join(given.get("addresses", ()))),
            (gettext("The key’s expiry date"), given.get("until", "")),
            (gettext("Membership status"), str(state)),
            (gettext("Addresses that the member has not registered"), ", ".join(unknown)),
        )
        return ActionDescription(
            str(effect), ((gettext("Member"), request.title), *(pair for pair in labels if pair[1]))
        )

    return describe


def _execute_invitation(approval: Approval) -> User:
    membership = membership_of(approval.for_action(INVITE).request)
    _require_not_ended(membership)
    return _invite(cast(Actor, approval.actor), membership, approval.parameters["email"])


def _execute_sync_user(approval: Approval) -> User:
    membership, given = membership_of(approval.for_action(MAKE_SYNC_USER).request), approval.parameters
    _require_not_ended(membership)
    until, actor = date.fromisoformat(given["until"]), cast(Actor, approval.actor)
    return _send_key(actor, membership, given["email"], given["addresses"], until, given["send_to"])


def _require_not_ended(membership: Membership) -> None:
    if membership.state == MembershipState.TERMINATED:
        raise Conflict(OnboardingProblem.MEMBERSHIP_ENDED())


INVITE = ApprovalAction(
    name="invite_member_administrator",
    title=_("Appoint an administrator of a member"),
    propose=PROPOSERS,
    approve=OFFICERS,
    describe=_describes(
        _(
            "Anyone with access to this mailbox can administer the member’s accounts and act in its name. "
            "The member’s administrators and contacts are notified."
        )
    ),
    fingerprint=account_fingerprint,
    conflict=conflict_in,
    execute=_execute_invitation,
)
MAKE_SYNC_USER = ApprovalAction(
    name="make_member_sync_key",
    title=_("Create a sync key of a member"),
    propose=PROPOSERS,
    approve=OFFICERS,
    describe=_describes(
        _(
            "Anyone who has the key can read what the member can read, and send in its name. The member’s "
            "administrators and contacts are notified."
        )
    ),
    fingerprint=account_fingerprint,
    conflict=conflict_in,
    execute=_execute_sync_user,
)
