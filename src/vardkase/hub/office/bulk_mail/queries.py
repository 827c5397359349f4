"""Queries for mail to many: to whom it would go, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.mail.models import SentMail, SentState
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.membership.contacts.models import Contact, ContactRole
from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.overview.members import SOON
from vardkase.hub.membership.phases.queries import phase_titles
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.office.bulk_mail.models import BulkMail
from vardkase.hub.office.problems import OfficeProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import DECIDE

FILTERS = ("sector", "phase", "connection", "state", "nis2", "county", "statement")
MOST = 5_000


class StatementChoice(TextChoices):
    """Members by their security statement."""

    VALID = "valid", _("Valid")
    SOON = "soon", _("Ends within 60 days")
    ENDED = "ended", _("Missing or ended")


type Addressee = tuple[str, str, int]
"""Address, language and organisation."""


@dataclass(frozen=True, slots=True)
class BulkRecipients:
    """`without`: names of the members chosen that have no contact with the role."""

    addressees: list[Addressee]
    members: int
    without: list[str]


def bulk_recipients(actor: Actor, chosen: dict[str, str]) -> BulkRecipients:
    """The contacts with the role ``chosen["role"]`` of the members that match FILTERS; each address once.

    Members whose membership has ended get nothing.
    """
    actor.require_staff(*DECIDE)
    rows = Membership.objects.exclude(state=MembershipState.TERMINATED).select_related("organisation")
    exact = {name: chosen[name] for name in FILTERS if chosen.get(name) and name != "statement"}
    rows = rows.filter(**exact).filter(_with_statement(chosen.get("statement", "")))
    members = {row.organisation_id: row for row in rows.order_by("organisation__name")[:MOST]}
    role = chosen.get("role") or ContactRole.MAIN
    found = Contact.objects.filter(organisation__in=list(members), role=role).order_by("organisation", "pk")
    addressees: dict[str, Addressee] = {}
    reached = set()
    for email, org_id in found.values_list("email", "organisation"):
        reached.add(org_id)
        addressees.setdefault(email.casefold(), (email, members[org_id].language, org_id))
    without = [row.organisation.name for org_id, row in members.items() if org_id not in reached]
    return BulkRecipients(list(addressees.values()), len(members), without)


def _with_statement(state: str) -> Q:
    """Members by their security statement: what they have not had accepted counts as ended."""
    match state:
        case StatementChoice.ENDED:
            return Q(statement_until=None) | Q(statement_until__lt=today())
        case StatementChoice.SOON:
            return Q(statement_until__range=(today(), today() + SOON))
        case StatementChoice.VALID:
            return Q(statement_until__gte=today())
        case "":
            return Q()
    return Q(pk__in=())


def chosen_in_words(chosen: dict[str, str]) -> str:
    """The filters of a mail for who approves it: "Region, Ends within 60 days"."""
    names: dict[str, dict[str, Any]] = {
        "sector": dict(Sector.choices),
        "phase": {str(number): title for number, title in phase_titles().items()},
        "connection": dict(Connection.choices),
        "state": dict(MembershipState.choices),
        "nis2": dict(Nis2Status.choices),
        "county": dict(COUNTIES),
        "statement": dict(StatementChoice.choices),
    }
    return ", ".join(str(names[name].get(chosen[name], chosen[name])) for name in FILTERS if chosen.get(name))


def bulk_mails(actor: Actor) -> QuerySet[BulkMail]:
    actor.require_staff(*DECIDE)
    return BulkMail.objects.all()


def find_bulk_mail(actor: Actor, pk: int) -> BulkMail:
    return first_or_not_found(bulk_mails(actor).filter(pk=pk), OfficeProblem.NO_SUCH_BULK_MAIL())


def states_of(mail: BulkMail) -> list[tuple[str, int]]:
    """How many of its mails have come how far, in words."""
    rows = SentMail.objects.filter(thing_kind="bulk_mail", thing_id=mail.pk).order_by()
    counted = dict(rows.values_list("state").annotate(Count("pk")))
    return [(str(state.label), counted.get(state.value, 0)) for state in SentState]
