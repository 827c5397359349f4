"""Pages of what is held for other hubs: signed checkpoints of their audit logs, and the keys that sign them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.audit.chain.models import HeldCheckpoint
from vardkase.core.errors import Forbidden
from vardkase.hub.audit_log.holding import WARNED_DAYS, held_checkpoints, held_hub, held_hubs
from vardkase.hub.audit_log.problems import HeldProblem
from vardkase.hub.audit_log.registering import propose_key
from vardkase.identity.accounts.four_eyes.deciders import may_decide
from vardkase.web.hub.audit_log.forms import HeldKeyForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


@page(oversight=True)
def index(request: PageRequest) -> HttpResponse:
    context = {
        "hubs": held_hubs(request.actor),
        "may_decide": may_decide(request.actor),
        "days": WARNED_DAYS,
    }
    return render(request, "audit_log/held.html", context)


@page(oversight=True)
def of_hub(request: PageRequest, hub: UUID) -> HttpResponseBase:
    found = held_hub(request.actor, hub)
    rows = held_checkpoints(request.actor, hub)
    only_warned = request.GET.get("only") == "warnings"
    if only_warned:
        rows = rows.exclude(warning="")
    if wanted := wanted_file(request):
        in_file = in_order(request, rows, {"pk"}, "-pk")
        return list_file(request, wanted, "checkpoints", found.key.name, _columns(), in_file)
    context = {**listed(request, rows, {"pk"}, "-pk"), **file_links(request)}
    context |= {"held": found, "only_warned": only_warned}
    return render(request, "audit_log/held_hub.html", context)


@page(oversight=True, writes=True)
def register(request: PageRequest) -> HttpResponse:
    if not may_decide(request.actor):
        raise Forbidden(HeldProblem.ONLY_OFFICERS())
    form = HeldKeyForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            given = form.cleaned_data
            hub, organisation = given["hub"], given["organisation"]
            asked = propose_key(request.actor, hub, given["public_key"], organisation, given["reason"])
            return proposed(request, asked)
    parents = [
        (gettext("Audit log"), reverse("audit")),
        (gettext("Oversight"), reverse("audit_oversight")),
        (gettext("Checkpoints of other hubs"), reverse("audit_held")),
    ]
    return edit_page(
        request,
        form,
        gettext("Register another hub’s key"),
        parents,
        save=gettext("Propose the registration"),
        intro=gettext(
            "This hub then keeps the signed checkpoints of the other hub’s audit log, so that nobody there can rewrite "
            "the log unnoticed. An account of the organisation delivers them with its API key."
        ),
    )


def _columns() -> Columns[HeldCheckpoint]:
    return {
        gettext("Signed"): lambda row: row.time,
        gettext("Up to entry"): lambda row: row.position,
        gettext("Received"): lambda row: row.received_at,
        gettext("Digest"): lambda row: row.digest,
        gettext("Warning"): lambda row: row.get_warning_display() if row.warning else "",
    }
