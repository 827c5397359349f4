"""What keeps the office from deciding and writing, for `vardkase check`: nothing about any case."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from vardkase.core.mail.settings import DISABLED
from vardkase.hub.audit_log.state import to_be_done_for_audit_log
from vardkase.hub.correspondence.letters.delivery import undelivered_count
from vardkase.hub.membership.members.sign_in_minimum import is_decided
from vardkase.hub.office.delegation.queries import without_decider
from vardkase.hub.public_records.officers.queries import missing_details
from vardkase.hub.signatures.queries import SigningState, certificate_in_use, signing_state
from vardkase.hub.signatures.settings import MUST_BE_SIGNED
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party, parties_of_account
from vardkase.identity.accounts.four_eyes.registry import actions
from vardkase.identity.accounts.services.protection import deciding_users
from vardkase.identity.organisations.settings import host_organisation_id

SHOWN = 5


def to_be_done() -> list[str]:
    return [
        *_signing(),
        *_undelivered(),
        *_mail(),
        *_two_people(),
        *_delegation(),
        *_records_office(),
        *_sign_in(),
        *to_be_done_for_audit_log(),
    ]


def _signing() -> Iterable[str]:
    certificate = certificate_in_use()
    match signing_state(certificate):
        case SigningState.MISSING if MUST_BE_SIGNED.value:
            yield gettext(
                "Letters must be electronically sealed, and no certificate is in use: none can be written."
            )
        case SigningState.MISSING:
            yield gettext("No certificate is in use: letters are not electronically sealed.")
        case SigningState.EXPIRED if MUST_BE_SIGNED.value:
            yield gettext(
                "The certificate for electronic seals is not valid today: no letter can be written."
            )
        case SigningState.EXPIRED:
            yield gettext(
                "The certificate for electronic seals is not valid today: letters are not electronically sealed."
            )
        case SigningState.TRIAL:
            yield gettext("The certificate for electronic seals is for testing: recipients cannot trust it.")
        case SigningState.EXPIRES_SOON if certificate:
            day = date_format(certificate.valid_to, "j F Y")
            yield gettext("The certificate for electronic seals expires on %(day)s.") % {"day": day}


def _undelivered() -> Iterable[str]:
    if count := undelivered_count():
        words = ngettext(
            "%(n)s letter has not been delivered.", "%(n)s letters have not been delivered.", count
        )
        yield words % {"n": count}


def _mail() -> Iterable[str]:
    if DISABLED.value:
        yield gettext("Outgoing mail is switched off (%(name)s).") % {"name": DISABLED.name}


def _two_people() -> Iterable[str]:
    """What cannot be decided because one person would have to both propose and approve."""
    officers = {user.pk: parties_of_account(user) for user in deciding_users()}
    stuck = [
        str(action.title)
        for action in actions()
        if action.propose <= OFFICERS
        and action.approve <= OFFICERS
        and not _has_two(officers, action.propose, action.approve)
    ]
    if not stuck:
        return
    if len(officers) < 2:
        yield gettext("The hub has fewer than two officers: nothing that takes two people can be decided.")
        return
    kinds = "; ".join(stuck[:SHOWN]) + (" …" if len(stuck) > SHOWN else "")
    yield gettext("No two officers have the duties that these decisions take: %(kinds)s") % {"kinds": kinds}


def _has_two(
    officers: dict[int, frozenset[Party]], propose: frozenset[Party], approve: frozenset[Party]
) -> bool:
    proposers = {pk for pk, parties in officers.items() if parties & propose}
    approvers = {pk for pk, parties in officers.items() if parties & approve}
    return bool(proposers and approvers) and len(proposers | approvers) > 1


def _delegation() -> Iterable[str]:
    if kinds := without_decider():
        yield gettext("Nobody may make these decisions today: %(kinds)s") % {"kinds": "; ".join(kinds)}


def _records_office() -> Iterable[str]:
    if missing := missing_details(host_organisation_id() or 0):
        yield gettext(
            "Requests for public records cannot be answered until a legal officer has entered these details "
            "under %(page)s: %(names)s"
        ) % {"page": "/public-records/office/", "names": ", ".join(missing)}


def _sign_in() -> Iterable[str]:
    if not is_decided():
        yield gettext(
            "No sign-in minimum is set for members: an e-mail address of any domain is enough, without a second "
            "factor, unless a member requires more. Officers set it under %(page)s."
        ) % {"page": "/members/sign-in-minimum/"}
