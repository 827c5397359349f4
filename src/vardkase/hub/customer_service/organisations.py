"""The operator's view of organisations: their connections, never what they share."""

from __future__ import annotations

from django.db.models import (
    Case,
    CharField,
    Count,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)

from vardkase.audit.models import AuditEntry
from vardkase.core.query_expressions import first_or_not_found, subquery_count
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.customer_service.problems import SupportProblem
from vardkase.hub.customer_service.rules import DESKS, OPEN, kinds_for
from vardkase.hub.membership.sectors import Connection
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation

SIGNED_IN = IdentityAction.USER_SIGNED_IN


def organisations(actor: Actor, text: str = "") -> QuerySet[Organisation]:
    """The hub's own organisations with their usage: accounts, keys, last_call, last_sign_in, open_requests,
    connects_by.

    Raises Forbidden.
    """
    actor.require_staff(*DESKS)
    people = User.objects.filter(org=OuterRef("pk"), disabled=False).order_by().values("org")
    keys = AuthKey.objects.filter(user__org=OuterRef("pk")).order_by().values("user__org")
    calls = User.objects.filter(org=OuterRef("pk")).order_by().values("org")
    asked = (
        SupportRequest.objects.filter(organisation=OuterRef("pk"), state__in=OPEN, kind__in=kinds_for(actor))
        .order_by()
        .values("organisation")
    )
    signed_in = AuditEntry.objects.filter(action=SIGNED_IN, organisation_id=OuterRef("pk")).order_by("-pk")
    labels = [When(membership__connection=kind.value, then=Value(str(kind.label))) for kind in Connection]
    rows = Organisation.objects.filter(local=True).annotate(
        accounts=subquery_count(people.annotate(n=Count("pk"))),
        keys=subquery_count(keys.annotate(n=Count("pk"))),
        open_requests=subquery_count(asked.annotate(n=Count("pk"))),
        last_call=Subquery(calls.annotate(at=Max("last_api_access")).values("at")),
        last_sign_in=Subquery(signed_in.values("created")[:1]),
        connects_by=Case(*labels, default=Value(""), output_field=CharField()),
    )
    return rows.filter(name__icontains=text) if text else rows


def find_organisation(actor: Actor, pk: int) -> Organisation:
    return first_or_not_found(organisations(actor).filter(pk=pk), SupportProblem.NO_SUCH_ORGANISATION())
