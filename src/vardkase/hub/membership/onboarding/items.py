"""Items of the checklist: the connection kind each applies to, and how its completion is detected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.mail.facts import moment
from vardkase.core.mail.services import can_send
from vardkase.core.problems import stored_words
from vardkase.exchange.servers.confirmation import waits_for_confirmation
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.onboarding.facts import OnboardingFacts
from vardkase.hub.membership.onboarding.models import Remark
from vardkase.hub.membership.sectors import Connection
from vardkase.identity.accounts.key_days import last_day
from vardkase.identity.organisations.models import SignInMode
from vardkase.identity.sign_in_policy.models import ApiRequirements
from vardkase.identity.sign_in_policy.rules import EITHER, is_private, kept_mode

EVERYBODY = frozenset(Connection)
BY_API = frozenset({Connection.API, Connection.BOTH})


class ItemState(StrEnum):
    DONE = "done"
    STARTED = "started"
    OPEN = "open"
    TROUBLE = "trouble"
    NOT_NEEDED = "not_needed"


SETTLED = frozenset({ItemState.DONE, ItemState.NOT_NEEDED})


class ItemOwner(StrEnum):
    HUB = "hub"
    """An officer, or the operator."""
    MEMBER = "member"
    BOTH = "both"


type Finding = tuple[ItemState, str]
"""The state of an item, and its detail in words."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """A checklist item. `find` derives its state from the facts; nobody sets it by hand.

    `is_optional`: an officer may waive it for a member.
    """

    name: str
    title: Promise
    help: Promise
    connections: frozenset[Connection]
    who: ItemOwner
    find: Callable[[OnboardingFacts], Finding]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    item: ChecklistItem
    state: ItemState
    detail: str
    remark: Remark | None = None

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED


def checklist(membership: Membership) -> list[ChecklistLine]:
    """The checklist for a member's type of connection, each item evaluated now."""
    facts = OnboardingFacts(membership)  # shared: each fact is looked up once for all items
    remarks = {remark.item: remark for remark in membership.remarks.all()}
    return [
        _line(item, facts, remarks.get(item.name))
        for item in ITEMS
        if membership.connection in item.connections
    ]


def still_open(membership: Membership) -> list[str]:
    return [str(line.item.title) for line in checklist(membership) if not line.is_settled]


def never_waived(membership: Membership) -> list[str]:
    """The open items that can never be waived: statement, terms and, where required, second factor."""
    names = {"statement", "terms"} | ({"administrator"} if settings.REQUIRE_SECOND_FACTOR else set())
    return [
        str(line.item.title)
        for line in checklist(membership)
        if line.item.name in names and not line.is_settled
    ]


def _line(item: ChecklistItem, facts: OnboardingFacts, remark: Remark | None) -> ChecklistLine:
    state, detail = item.find(facts)
    # A waiver granted earlier gives way when the sign-in minimum comes to require a network.
    is_needed = item.name == "networks" and facts.lacks_source
    if remark is not None and state is not ItemState.DONE and not is_needed:
        state, detail = ItemState.NOT_NEEDED, remark.note
    return ChecklistLine(item, state, detail, remark)


def organisation_finding(facts: OnboardingFacts) -> Finding:
    if facts.namesake is not None:
        text = gettext(
            "%(name)s exists, but so does another organisation with the name or UUID given in "
            "the application."
        )
        return ItemState.TROUBLE, text % {"name": facts.organisation.name}
    if facts.other_uuid:
        text = gettext(
            "%(name)s has a different UUID here than in its own MISP (%(uuid)s). An officer can change it."
        )
        return ItemState.STARTED, text % {"name": facts.organisation.name, "uuid": facts.other_uuid}
    return ItemState.DONE, facts.organisation.name


def administrator_finding(facts: OnboardingFacts) -> Finding:
    if facts.settled_administrator:
        return ItemState.DONE, facts.settled_administrator.email
    if facts.administrators:
        text = (
            gettext(
                "%s has been invited but has not yet signed in with their own password and a second factor."
            )
            if can_send()
            else gettext(
                "%s has an account. The hub cannot send e-mail, so no invitation is sent until a mail server "
                "is set up. Resend it here afterwards."
            )
        )
        return ItemState.STARTED, text % facts.administrators[0].email
    return ItemState.OPEN, ""


def domain_finding(facts: OnboardingFacts) -> Finding:
    if facts.organisation.verified_domains:
        return ItemState.DONE, ", ".join(facts.organisation.verified_domains)
    claimed = list(facts.organisation.mail_domains.values_list("domain", flat=True))
    if claimed:
        return ItemState.STARTED, gettext("Waiting for verification: %s") % ", ".join(claimed)
    return ItemState.OPEN, ""


def requirements_finding(facts: OnboardingFacts) -> Finding:
    requirements = facts.requirements
    if (
        addresses := facts.organisation.egress_addresses
    ):  # An approved list applies until a new one is approved.
        return ItemState.DONE, gettext("Approved. Calls come from %s.") % ", ".join(addresses)
    if requirements is None:
        return ItemState.OPEN, ""
    if requirements.state == ApiRequirements.State.RETURNED:
        return ItemState.TROUBLE, gettext("Returned by the hub: %s") % requirements.note
    if requirements.state == ApiRequirements.State.SUBMITTED:
        return ItemState.STARTED, gettext("Submitted, waiting for an officer of the hub.")
    return ItemState.STARTED, gettext("Started, not yet submitted.")


def networks_finding(facts: OnboardingFacts) -> Finding:
    held = facts.organisation.networks
    if not held:
        text = gettext("The sign-in minimum requires a network or a client certificate: none is registered.")
        return ItemState.OPEN, text if facts.lacks_source else ""
    text = _kept(", ".join(held), kept_mode(facts.organisation, "networks"))
    if any(map(is_private, held)):
        note = gettext("Private networks only match connections that reach the hub directly.")
        text = f"{text}. {note}"
    return ItemState.DONE, text


def certificate_finding(facts: OnboardingFacts) -> Finding:
    if not facts.certificates:
        return ItemState.OPEN, ""
    text = ", ".join(certificate.label for certificate in facts.valid_certificates or facts.certificates)
    if not facts.valid_certificates:
        return ItemState.TROUBLE, gettext("No longer valid: %s") % text
    return ItemState.DONE, _kept(text, kept_mode(facts.organisation, "certificates"))


def _kept(held: str, mode: str) -> str:
    meaning = {
        SignInMode.OFF: gettext("registered, not required yet"),
        SignInMode.REPORT: gettext("others are allowed and logged"),
        SignInMode.ENFORCE: gettext("others are refused"),
        EITHER: gettext("a network or a client certificate is required"),
    }
    return f"{held} ({meaning[mode]})"


def sync_user_finding(facts: OnboardingFacts) -> Finding:
    if (key := facts.bound_key) is not None:
        text = gettext("%(user)s, key %(key)s, from %(addresses)s, until %(day)s")
        addresses = ", ".join(key.allowed_ips or [])
        values = {"user": key.user.email, "key": str(key), "addresses": addresses}
        return ItemState.DONE, text % {**values, "day": date_format(last_day(key.expiration), "j F Y")}
    if (link := facts.waiting_key) is not None:
        text = gettext("The link to the key of %(user)s was sent to %(address)s, and has not been opened.")
        return ItemState.STARTED, text % {"user": link.user.email, "address": link.sent_to}
    if facts.sync_users:
        text = gettext("%s has no valid key restricted to IP addresses.")
        return ItemState.STARTED, text % facts.sync_users[0].email
    return ItemState.OPEN, ""


def call_finding(facts: OnboardingFacts) -> Finding:
    if facts.last_call is None:
        text = gettext("No call has been received with this key yet.") if facts.bound_key else ""
        return ItemState.OPEN, text
    when = moment(facts.last_call)
    return ItemState.DONE, gettext("Call received with this key: %s") % when


def server_finding(facts: OnboardingFacts) -> Finding:
    if facts.server is None:
        return ItemState.OPEN, ""
    if facts.server.pull and waits_for_confirmation(facts.server):
        text = gettext(
            "%s is set up. Nothing is fetched until the member confirms that the connection is its own."
        )
        return ItemState.STARTED, text % facts.server.url
    health = facts.server_standing
    if health is None:
        return ItemState.STARTED, gettext("%s is set up but has not been tested.") % facts.server.url
    if health.works:
        return ItemState.DONE, facts.server.url
    return ItemState.TROUBLE, stored_words(health.reason)


def sign_in_finding(facts: OnboardingFacts) -> Finding:
    if not facts.required_sign_in:
        return ItemState.NOT_NEEDED, gettext("Nothing is required beyond what the hub requires of everyone.")
    if not (lacking := facts.sign_in_lacks):
        return ItemState.DONE, gettext("All requirements are met.")
    is_refused = facts.membership.state != MembershipState.ONBOARDING
    return ItemState.TROUBLE if is_refused else ItemState.OPEN, " ".join(lacking)


def policy_finding(facts: OnboardingFacts) -> Finding:
    if facts.policy_version is None:
        return ItemState.OPEN, ""
    return ItemState.DONE, gettext("Version %s is in force.") % facts.policy_version


def statement_finding(facts: OnboardingFacts) -> Finding:
    until = facts.statement.valid_until if facts.statement else None
    if until is not None and until >= today():
        return ItemState.DONE, gettext("Valid until %s") % date_format(until, "j F Y")
    if facts.has_handed_in:
        return ItemState.STARTED, gettext("Submitted. Awaiting the hub owner’s review.")
    return (
        (ItemState.TROUBLE, gettext("Expired on %s") % date_format(until, "j F Y"))
        if until
        else (ItemState.OPEN, "")
    )


def terms_finding(facts: OnboardingFacts) -> Finding:
    if (accepted := facts.accepted_terms) is None:
        return ItemState.OPEN, ""
    text = gettext("Version %(version)s, by %(name)s")
    return ItemState.DONE, text % {"version": accepted.version, "name": accepted.name}


def trained_finding(facts: OnboardingFacts) -> Finding:
    text = gettext("%(done)s of %(all)s people") % {"done": facts.trained, "all": facts.people}
    if not facts.people or not facts.trained:
        return ItemState.OPEN, text if facts.people else ""
    return (ItemState.DONE if facts.trained >= facts.people else ItemState.STARTED), text


ITEMS = (
    ChecklistItem(
        "organisation",
        _("Organisation created"),
        _("Everything that a member publishes and reads is tied to its organisation."),
        EVERYBODY, ItemOwner.HUB, organisation_finding,
    ),
    ChecklistItem(
        "administrator",
        _("First administrator has signed in with two-factor authentication"),
        _("The administrator invites colleagues, and manages their accounts from then on."),
        EVERYBODY, ItemOwner.BOTH, administrator_finding,
    ),
    ChecklistItem(
        "domain",
        _("E-mail domain is verified"),
        _("Accounts can only have addresses in a verified domain of the organisation."),
        EVERYBODY, ItemOwner.BOTH, domain_finding,
    ),
    ChecklistItem(
        "networks",
        _("Users’ networks are registered"),
        _("Users reach the web interface from the organisation’s own networks."),
        EVERYBODY, ItemOwner.BOTH, networks_finding, is_optional=True,
    ),
    ChecklistItem(
        "requirements",
        _("Requirements for API connections are approved"),
        _("The member commits to fixed addresses, a contact, yearly key rotation and logging. An officer "
          "approves the commitment."),
        BY_API, ItemOwner.BOTH, requirements_finding,
    ),
    ChecklistItem(
        "certificate",
        _("Client certificate is registered"),
        _("The API is called with the organisation’s own certificate."),
        BY_API, ItemOwner.BOTH, certificate_finding,
    ),
    ChecklistItem(
        "sync_user",
        _("Sync user with a key restricted to IP addresses"),
        _("A dedicated account whose key expires and works only from fixed addresses."),
        BY_API, ItemOwner.HUB, sync_user_finding,
    ),
    ChecklistItem(
        "sign_in",
        _("Minimum sign-in requirements are met"),
        _("What the hub owner requires of everyone who signs in for the member. Anyone who "
"does not meet it is refused."),
        EVERYBODY, ItemOwner.BOTH, sign_in_finding,
    ),
    ChecklistItem(
        "call",
        _("An API call has been received"),
        _("The member tests from its side. The hub records the call and the key used."),
        BY_API, ItemOwner.MEMBER, call_finding,
    ),
    ChecklistItem(
        "server",
        _("The hub can reach the member"),
        _("For members that the hub sends to or fetches from. Not needed if the member does "
"both itself."),
        BY_API, ItemOwner.HUB, server_finding, is_optional=True,
    ),
    ChecklistItem(
        "policy",
        _("Sharing policy is in force"),
        _("It sets out what the organisation shares, with whom, and who may publish."),
        EVERYBODY, ItemOwner.MEMBER, policy_finding,
    ),
    ChecklistItem(
        "terms",
        _("Terms are accepted"),
        _("A signatory accepts the current terms."),
        EVERYBODY,
        ItemOwner.MEMBER,
        terms_finding,
    ),
    ChecklistItem(
        "statement",
        _("Security statement is accepted"),
        _("The member states its progress with each measure, and renews the statement every "
"year."),
        EVERYBODY,
        ItemOwner.MEMBER,
        statement_finding,
    ),
    ChecklistItem(
        "trained",
        _("Users have completed training"),
        _("Everyone who uses the hub knows how it works and what may be shared."),
        EVERYBODY, ItemOwner.BOTH, trained_finding,
    ),
)  # fmt: skip
NAMES = {item.name: item for item in ITEMS}
