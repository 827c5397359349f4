"""Items of the checklist: the connection kind each applies to, and how its completion is detected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.mail.services import can_send
from vardkase.exchange.servers.confirmation import waits_for_confirmation
from vardkase.hub.correspondence.letters.wording import moment
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.onboarding.facts import Facts
from vardkase.hub.membership.onboarding.models import Remark
from vardkase.hub.membership.sectors import Connection
from vardkase.identity.accounts.key_days import last_day
from vardkase.identity.entrance.models import ApiRequirements
from vardkase.identity.entrance.rules import EITHER, is_private, kept_mode
from vardkase.identity.organisations.models import Mode

EVERYBODY = frozenset(Connection)
BY_API = frozenset({Connection.API, Connection.BOTH})


class State(StrEnum):
    DONE = "done"
    STARTED = "started"
    OPEN = "open"
    TROUBLE = "trouble"
    NOT_NEEDED = "not_needed"


SETTLED = frozenset({State.DONE, State.NOT_NEEDED})


class Who(StrEnum):
    HUB = "hub"
    """An officer, or the operator."""
    MEMBER = "member"
    BOTH = "both"


type Found = tuple[State, str]
"""How far it is, and what is there, in words."""


@dataclass(frozen=True, slots=True)
class Item:
    """A checklist item. `find` derives its state from the facts; nobody sets it by hand.

    `is_optional`: an officer may waive it for a member.
    """

    name: str
    title: Promise
    help: Promise
    connections: frozenset[Connection]
    who: Who
    find: Callable[[Facts], Found]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    item: Item
    state: State
    detail: str
    remark: Remark | None = None

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED


def checklist(membership: Membership) -> list[Line]:
    """The checklist for a member's type of connection, each item evaluated now."""
    return list(_lines(membership))


def still_open(membership: Membership) -> list[str]:
    return [str(line.item.title) for line in _lines(membership) if not line.is_settled]


def never_waived(membership: Membership) -> list[str]:
    """The open items that can never be waived: statement, terms and, where required, second factor."""
    names = {"statement", "terms"} | ({"administrator"} if settings.REQUIRE_SECOND_FACTOR else set())
    return [
        str(line.item.title) for line in _lines(membership) if line.item.name in names and not line.is_settled
    ]


def _lines(membership: Membership) -> Iterator[Line]:
    facts = Facts(membership)
    remarks = {remark.item: remark for remark in membership.remarks.all()}
    for item in ITEMS:
        if membership.connection in item.connections:
            yield _line(item, facts, remarks.get(item.name))


def _line(item: Item, facts: Facts, remark: Remark | None) -> Line:
    state, detail = item.find(facts)
    is_needed = item.name == "networks" and facts.lacks_source
    if remark is not None and state is not State.DONE and not is_needed:
        state, detail = State.NOT_NEEDED, remark.note
    return Line(item, state, detail, remark)


def _organisation(facts: Facts) -> Found:
    if facts.namesake is not None:
        told = gettext(
            "%(name)s exists, but so does another organisation with the name or UUID given in "
            "the application."
        )
        return State.TROUBLE, told % {"name": facts.organisation.name}
    if facts.other_uuid:
        told = gettext(
            "%(name)s has a different UUID here than in its own MISP (%(uuid)s). An officer can change it."
        )
        return State.STARTED, told % {"name": facts.organisation.name, "uuid": facts.other_uuid}
    return State.DONE, facts.organisation.name


def _administrator(facts: Facts) -> Found:
    if facts.settled_administrator:
        return State.DONE, facts.settled_administrator.email
    if facts.administrators:
        told = (
            gettext("%s is invited, and has not yet signed in with their own password and a second factor.")
            if can_send()
            else gettext(
                "%s has an account. The hub cannot send mail, so no invitation is sent until a mail "
                "server is set up. Send it again here after that."
            )
        )
        return State.STARTED, told % facts.administrators[0].email
    return State.OPEN, ""


def _domain(facts: Facts) -> Found:
    if facts.organisation.verified_domains:
        return State.DONE, ", ".join(facts.organisation.verified_domains)
    claimed = list(facts.organisation.mail_domains.values_list("domain", flat=True))
    if claimed:
        return State.STARTED, gettext("Waiting for verification: %s") % ", ".join(claimed)
    return State.OPEN, ""


def _requirements(facts: Facts) -> Found:
    found = facts.requirements
    if addresses := facts.organisation.egress_addresses:  # What is approved holds until a new list is.
        return State.DONE, gettext("Approved; calls come from %s.") % ", ".join(addresses)
    if found is None:
        return State.OPEN, ""
    if found.state == ApiRequirements.State.RETURNED:
        return State.TROUBLE, gettext("Returned by the hub: %s") % found.note
    if found.state == ApiRequirements.State.SUBMITTED:
        return State.STARTED, gettext("Submitted, waiting for an officer of the hub.")
    return State.STARTED, gettext("Started, not yet submitted.")


def _networks(facts: Facts) -> Found:
    held = facts.organisation.networks
    if not held:
        told = gettext("The sign-in minimum requires a network or a client certificate: none is registered.")
        return State.OPEN, told if facts.lacks_source else ""
    told = _kept(", ".join(held), kept_mode(facts.organisation, "networks"))
    if private := [each for each in held if is_private(each)]:
        note = gettext("Private, so that it lets in only those whom the hub itself sees come from there: %s")
        told = f"{told}. {note % ', '.join(private)}"
    return State.DONE, told


def _certificate(facts: Facts) -> Found:
    if not facts.certificates:
        return State.OPEN, ""
    told = ", ".join(each.label for each in facts.valid_certificates or facts.certificates)
    if not facts.valid_certificates:
        return State.TROUBLE, gettext("No longer valid: %s") % told
    return State.DONE, _kept(told, kept_mode(facts.organisation, "certificates"))


def _kept(held: str, mode: str) -> str:
    asked = {
        Mode.OFF: gettext("registered, not required yet"),
        Mode.REPORT: gettext("others are admitted, and recorded"),
        Mode.ENFORCE: gettext("others are refused"),
        EITHER: gettext("a network or a client certificate is required"),
    }
    return f"{held} ({asked[mode]})"


def _sync_user(facts: Facts) -> Found:
    if (key := facts.bound_key) is not None:
        told = gettext("%(user)s, key %(key)s, from %(addresses)s, until %(day)s")
        addresses = ", ".join(key.allowed_ips or [])
        facts_of_it = {"user": key.user.email, "key": str(key), "addresses": addresses}
        return State.DONE, told % {**facts_of_it, "day": date_format(last_day(key.expiration), "j F Y")}
    if (link := facts.waiting_key) is not None:
        told = gettext("The link to the key of %(user)s was sent to %(address)s, and has not been opened.")
        return State.STARTED, told % {"user": link.user.email, "address": link.sent_to}
    if facts.sync_users:
        told = gettext("%s has no valid key that is bound to addresses.")
        return State.STARTED, told % facts.sync_users[0].email
    return State.OPEN, ""


def _call(facts: Facts) -> Found:
    if facts.last_call is None:
        told = gettext("No call has been received with this key yet.") if facts.bound_key else ""
        return State.OPEN, told
    when = moment(facts.last_call)
    return State.DONE, gettext("A call came in with this key: %s") % when


def _server(facts: Facts) -> Found:
    if facts.server is None:
        return State.OPEN, ""
    if facts.server.pull and waits_for_confirmation(facts.server):
        told = gettext("%s is set up. Nothing is fetched until the member confirms that it is theirs.")
        return State.STARTED, told % facts.server.url
    found = facts.server_standing
    if found is None:
        return State.STARTED, gettext("%s is set up but has not been tested.") % facts.server.url
    return (State.DONE, facts.server.url) if found.works else (State.TROUBLE, found.reason)


def _sign_in(facts: Facts) -> Found:
    if not facts.required_sign_in:
        return State.NOT_NEEDED, gettext("Nothing is required beyond what the hub requires of everyone.")
    if not (lacking := facts.sign_in_lacks):
        return State.DONE, gettext("Everything that is required is in place.")
    is_refused = facts.membership.state != MembershipState.ONBOARDING
    return State.TROUBLE if is_refused else State.OPEN, " ".join(lacking)


def _policy(facts: Facts) -> Found:
    if facts.policy_version is None:
        return State.OPEN, ""
    return State.DONE, gettext("Version %s is in force.") % facts.policy_version


def _statement(facts: Facts) -> Found:
    until = facts.statement.valid_until if facts.statement else None
    if until is not None and until >= today():
        return State.DONE, gettext("Valid through %s") % date_format(until, "j F Y")
    if facts.has_handed_in:
        return State.STARTED, gettext("Submitted: the hub owner reviews it.")
    return (
        (State.TROUBLE, gettext("Ended on %s") % date_format(until, "j F Y")) if until else (State.OPEN, "")
    )


def _terms(facts: Facts) -> Found:
    if (accepted := facts.accepted_terms) is None:
        return State.OPEN, ""
    told = gettext("Version %(version)s, by %(name)s")
    return State.DONE, told % {"version": accepted.version, "name": accepted.name}


def _trained(facts: Facts) -> Found:
    told = gettext("%(done)s of %(all)s people") % {"done": facts.trained, "all": facts.people}
    if not facts.people or not facts.trained:
        return State.OPEN, told if facts.people else ""
    return (State.DONE if facts.trained >= facts.people else State.STARTED), told


ITEMS = (
    Item(
        "organisation",
        _("The organisation exists here"),
        _("Everything that a member publishes and reads is tied to its organisation."),
        EVERYBODY, Who.HUB, _organisation,
    ),
    Item(
        "administrator",
        _("First administrator signs in with two factors"),
        _("The administrator invites colleagues, and manages their accounts from then on."),
        EVERYBODY, Who.BOTH, _administrator,
    ),
    Item(
        "domain",
        _("Mail domain is verified"),
        _("Accounts can only have addresses in a verified domain of the organisation."),
        EVERYBODY, Who.BOTH, _domain,
    ),
    Item(
        "networks",
        _("Networks of the users are registered"),
        _("The web is used from the organisation’s own networks."),
        EVERYBODY, Who.BOTH, _networks, is_optional=True,
    ),
    Item(
        "requirements",
        _("Requirements on API connections are approved"),
        _("The member commits to fixed addresses, a contact, new keys every year and logs; an "
"officer approves it."),
        BY_API, Who.BOTH, _requirements,
    ),
    Item(
        "certificate",
        _("Client certificate is registered"),
        _("The API is called with the organisation’s own certificate."),
        BY_API, Who.BOTH, _certificate,
    ),
    Item(
        "sync_user",
        _("Sync user with a bound key"),
        _("A dedicated account, whose key works from fixed addresses only and expires."),
        BY_API, Who.HUB, _sync_user,
    ),
    Item(
        "sign_in",
        _("Minimum sign-in requirements are met"),
        _("What the hub owner requires of everyone who signs in for the member. Anyone who "
"does not meet it is refused."),
        EVERYBODY, Who.BOTH, _sign_in,
    ),
    Item(
        "call",
        _("A call has been received"),
        _("The member tests from its side: the hub registers the call, and which key was used."),
        BY_API, Who.MEMBER, _call,
    ),
    Item(
        "server",
        _("The hub reaches the member"),
        _("For members that the hub sends to or fetches from. Not needed if the member does "
"both itself."),
        BY_API, Who.HUB, _server, is_optional=True,
    ),
    Item(
        "policy",
        _("MISP policy is in force"),
        _("The member has decided what it shares, with whom, and who may publish."),
        EVERYBODY, Who.MEMBER, _policy,
    ),
    Item(
        "terms",
        _("Terms are accepted"),
        _("The signatory has accepted the terms that apply now."),
        EVERYBODY,
        Who.MEMBER,
        _terms,
    ),
    Item(
        "statement",
        _("Security statement is accepted"),
        _("The member states its progress with each measure, and renews the statement every "
"year."),
        EVERYBODY,
        Who.MEMBER,
        _statement,
    ),
    Item(
        "trained",
        _("Users are trained"),
        _("Everyone who uses the hub knows how it works and what may be shared."),
        EVERYBODY, Who.BOTH, _trained,
    ),
)  # fmt: skip
NAMES = {item.name: item for item in ITEMS}
