"""Hub side of enrolment: issues codes for members, and admits the platform that presents one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.exchange.servers.confirmation import record_confirmation
from vardkase.exchange.servers.services import add_server
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.enrolment import mails
from vardkase.hub.enrolment.models import EnrolmentCode
from vardkase.hub.enrolment.problems import EnrolmentProblem
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.rules import require_officer
from vardkase.hub.membership.onboarding.mails import announce_key
from vardkase.hub.profiles import Profile, profile
from vardkase.identity.access.actor import Actor, console_actor
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.services import create_user, issue_key
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import Reference, find_organisation
from vardkase.identity.organisations.settings import host_organisation_id, membership_is_in_use
from vardkase.identity.organisations.standing import is_shut_out

MAKERS = (StaffRole.MEMBERSHIP_OFFICER,)
"""Not the operator: anyone with a code can connect a platform, and read what the member reads."""
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which people confuse."""
GROUPS, LETTERS = 5, 5
VALID_FOR = timedelta(days=7)
KEY_VALID_FOR = timedelta(days=365)


@transaction.atomic
def make_code(actor: Actor, reference: Reference) -> tuple[EnrolmentCode, str]:
    """Create a code for an organisation, replacing an unused one; returns it, shown only once.

    Once membership is in use, it is mailed to the member's technical contact and "" is returned, so that
    nobody of the hub can connect a platform as a member. Raises NotFound, Forbidden, Conflict without a
    membership or contact.
    """
    _require_hub()
    actor.require_writing()
    actor.require_staff(*MAKERS)
    organisation = find_organisation(reference)
    if not organisation.local:
        raise NotFound(EnrolmentProblem.NOT_LOCAL())
    membership = _membership_of(actor, organisation)
    # At most one valid code for each organisation.
    EnrolmentCode.objects.filter(organisation=organisation, ended=None).update(ended=timezone.now())
    # 25 characters of 32: 125 bits, so that guessing is hopeless even without a limit.
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    row = EnrolmentCode.objects.create(
        digest=_digest(code),
        organisation=organisation,
        created_by=actor.name,
        expires=timezone.now() + VALID_FOR,
    )
    if membership is not None:
        mails.send_code(actor, membership, code)
        code, row.sent_to = "", mails.recipient_of(membership).email
        row.save(update_fields=["sent_to"])
    record(actor, HubAction.ENROLMENT_CODE_MADE, _target(organisation), {"sent_to": row.sent_to})
    return row, code


def offer(code: Any) -> dict[str, Any]:
    """The hub and organisation that a code belongs to; does not use up the code. Raises NotFound if invalid."""
    row = _find(code)
    return {
        "Hub": _document(hub_owner()),
        "Organisation": _document(row.organisation),
        "expires": row.expires.isoformat(),
    }


@transaction.atomic
def redeem(visitor: Actor, code: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Admit the platform that presents `code`: create an account with a key, and a connection if it has an
    address.

    `data`: uuid (of its organisation, which must match the hub's), and with `url` the `authkey` by which this
    hub can connect to it. The key is bound to the organisation's networks, else to the client's address, and
    expires after a year. Raises NotFound, Invalid by field, Conflict.
    """
    row = _find(code, locked=True)
    organisation = row.organisation
    if str(data.get("uuid") or "").lower() != str(organisation.uuid):
        raise Invalid({"uuid": [EnrolmentProblem.WRONG_UUID(uuid=organisation.uuid)]})
    # The platform has no account yet: the hub acts, on behalf of the officer who made the code.
    owner = hub_owner()
    name = f"enrolment code of {row.created_by}"
    actor = replace(console_actor(owner.pk, owner.name, ""), name=name, staff=frozenset())
    row.account, key = _create_account(actor, row, visitor.address)
    if data.get("url"):
        fields = {"name": organisation.name, "remote_org_id": organisation.pk, "push": False, "pull": False}
        server = add_server(actor, {**fields, "url": data.get("url"), "authkey": data.get("authkey")})
        # The platform has proven that it is the member's by the code: nobody else has to confirm it.
        record_confirmation(actor, server)
    row.ended, row.used_from = timezone.now(), visitor.address
    row.save()
    record(actor, HubAction.ENROLMENT_REDEEMED, _target(organisation), {"address": visitor.address or ""})
    return {"authkey": key, "Hub": _document(hub_owner()), "Organisation": _document(organisation)}


def waiting_code(organisation_id: int) -> EnrolmentCode | None:
    return EnrolmentCode.objects.filter(
        organisation=organisation_id, ended=None, expires__gt=timezone.now()
    ).first()


def _membership_of(actor: Actor, organisation: Organisation) -> Membership | None:
    """The membership to whose contact the code is mailed; None while membership is not in use."""
    if not membership_is_in_use():
        return None
    membership = Membership.objects.filter(organisation=organisation).select_related("organisation").first()
    if membership is None or membership.state == MembershipState.TERMINATED:
        raise Conflict(EnrolmentProblem.NOT_A_MEMBER())
    require_officer(actor, membership)
    if not mails.recipient_of(membership).email:
        raise Conflict(EnrolmentProblem.NO_CONTACT())
    return membership


def _create_account(actor: Actor, row: EnrolmentCode, address: str | None) -> tuple[User, str]:
    # The least that can synchronise.
    role = Role.objects.filter(perm_sync=True, perm_site_admin=False, perm_admin=False).order_by("pk").first()
    if role is None:
        raise Conflict(EnrolmentProblem.NO_ROLE())
    organisation = row.organisation
    # Nobody reads this mailbox; .invalid never exists (RFC 2606).
    domain = next(iter(organisation.verified_domains or []), f"{organisation.uuid}.invalid")
    account = {
        "email": f"sync-{row.pk}@{domain}",
        "org_id": organisation.pk,
        "role_id": role.pk,
        "change_pw": 0,
    }
    user = create_user(actor, account)
    key_fields = {
        "comment": gettext("Enrolment of the organisation’s own platform"),
        "expiration": (timezone.now() + KEY_VALID_FOR).date().isoformat(),
        "allowed_ips": organisation.networks or ([address] if address else []),
    }
    key, raw = issue_key(actor, user, key_fields)
    membership = Membership.objects.filter(organisation=organisation).select_related("organisation").first()
    if membership is not None:
        announce_key(actor, membership, user, key)
    return user, raw


def _find(code: Any, *, locked: bool = False) -> EnrolmentCode:
    _require_hub()
    rows = EnrolmentCode.objects.select_related("organisation")
    if locked:
        rows = rows.select_for_update(of=("self",))
    # Locked when redeemed: of two platforms with the same code, the second finds it used.
    row = rows.filter(digest=_digest(str(code or "")), ended=None, expires__gt=timezone.now()).first()
    # The membership may have been suspended or ended since the code was made.
    if row is None or is_shut_out(row.organisation.standing):
        raise NotFound(EnrolmentProblem.UNKNOWN_CODE())
    return row


def hub_owner() -> Organisation:
    return Organisation.objects.get(pk=host_organisation_id() or 0)


def _document(organisation: Organisation) -> dict[str, str]:
    return {"uuid": str(organisation.uuid), "name": organisation.name}


def _digest(code: str) -> bytes:
    # Without regard to case, spaces and dashes, as people copy a code by hand.
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    # Unsalted: the code is random, so that tables of digests are of no use, and it is looked up by its
    # digest.
    return hashlib.sha256(letters.encode()).digest()


def _require_hub() -> None:
    if profile() is not Profile.HUB:
        raise NotFound(EnrolmentProblem.NOT_A_HUB())


def _target(organisation: Organisation) -> Target:
    return Target("enrolment", organisation.pk, organisation.uuid, organisation.name)
