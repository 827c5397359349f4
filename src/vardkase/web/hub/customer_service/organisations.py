"""Connection status of organisations, for support staff; no content."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from vardkase.hub.customer_service import connection_diagnosis, organisations, queries
from vardkase.hub.customer_service.rules import DESKS
from vardkase.hub.enrolment.codes import MAKERS
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.web.hub.customer_service.diagnosis import with_moments
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page

REQUESTS_SHOWN = 10


@page(staff=DESKS)
def index(request: PageRequest) -> HttpResponse:
    rows = organisations.organisations(request.actor, searched(request))
    context = {**listed(request, rows, {"name", "pk"}, "name"), "q": searched(request)}
    return render(request, "customer_service/organisations.html", context)


@page(staff=DESKS)
def view(request: PageRequest, pk: int) -> HttpResponse:
    row = organisations.find_organisation(request.actor, pk)
    membership = Membership.objects.select_related("organisation").filter(organisation=row.pk).first()
    context: dict[str, Any] = {
        "row": row,
        "may_make_code": not request.actor.staff.isdisjoint(MAKERS),
        "diagnosis": with_moments(connection_diagnosis.state_of(row.pk)),
        "requests": queries.desk_requests(request.actor)
        .filter(organisation=row)
        .order_by("-pk")[:REQUESTS_SHOWN],
        "checklist": checklist(membership) if membership else [],
        "yes_no": f"{gettext('Yes')},{gettext('No')}",
    }
    return render(request, "customer_service/organisation.html", context)
