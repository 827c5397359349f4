"""The page where an auditor begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import find_action
from vardkase.audit.chain.archives import find_archive
from vardkase.audit.chain.documents import newest_not_sealed
from vardkase.audit.chain.models import AuditArchive, AuditCheckpoint
from vardkase.audit.models import AuditEntry
from vardkase.audit.queries import filtered
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.audit_log import removal
from vardkase.hub.audit_log.destinations import destinations
from vardkase.hub.audit_log.of_members import entries_concerning
from vardkase.hub.audit_log.oversight import (
    BULK,
    BULK_A_DAY,
    DAYS,
    KNOWN_DAYS,
    MOST,
    ActionCount,
    Privileged,
    oversight_for,
)
from vardkase.hub.audit_log.state import last_backdated, last_findings, last_verdict
from vardkase.hub.move_in.queries import last_move
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole, staff_roles
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.web.audit.labels import act
from vardkase.web.hub.audit_log.forms import OurEntriesForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.reason import ReasonForm
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.permission_labels import DUTIES, FLAGS
from vardkase.web.ui.proposals import proposed

RULES = {
    "bulk": _("many within an hour"),
    "day": _("many on one day"),
    "night": _("at night"),
    "address": _("from a new address"),
}
ARCHIVES = 20
OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@page(oversight=True)
def index(request: PageRequest) -> HttpResponseBase:
    found = oversight_for(request.actor)
    verified, findings = last_findings()
    context = {
        "privileged": [(row, _rights(row)) for row in found.privileged],
        "rights": [_worded(row) for row in found.rights],
        "console": [_worded(row) for row in found.console],
        "reads": [(row, RULES[row.rule]) for row in found.reads],
        "checkpoint": AuditCheckpoint.objects.order_by("-pk").first(),
        "verified": verified,
        "findings": [*findings, *last_backdated()],
        "verdict": last_verdict(),
        "waiting": newest_not_sealed()[0],
        "destinations": [each.name for each in destinations()],
        "archives": AuditArchive.objects.order_by("-pk")[:ARCHIVES],
        "since": (timezone.localdate() - timedelta(days=DAYS)).isoformat(),
        "decides": not request.actor.staff.isdisjoint(OFFICERS),
        "moved": last_move() is not None,
        "days": DAYS,
        "bulk": BULK,
        "bulk_a_day": BULK_A_DAY,
        "most": MOST,
        "is_cut": any(count >= MOST for count in Counter(row.rule for row in found.reads).values()),
        "known": KNOWN_DAYS,
    }
    return render(request, "audit_log/oversight.html", context)


@page(Permission.ADMIN)
def of_ours(request: PageRequest) -> HttpResponseBase:
    form = OurEntriesForm(request.GET)
    rows = filtered(entries_concerning(request.actor), **form.filters())
    known = {request.actor.organisation_id, host_organisation_id()}
    if wanted := wanted_file(request):
        in_file = in_order(request, rows, {"pk"}, "-pk")
        return list_file(
            request, wanted, "our-entries", gettext("Actions that concern us"), _columns(known), in_file
        )
    context = {**listed(request, rows, {"pk"}, "-pk"), **file_links(request)}
    context["rows"] = [(entry, _who(entry, known)) for entry in context["rows"]]
    return render(request, "audit_log/of_ours.html", {**context, "form": form, "asked": bool(form.filters())})


def _columns(known: Container[int | None]) -> Columns[AuditEntry]:
    return {
        gettext("Number"): lambda entry: entry.pk,
        gettext("Time"): lambda entry: entry.created,
        gettext("Who"): lambda entry: _who(entry, known),
        gettext("Action"): act,
        gettext("About"): lambda entry: entry.title,
    }


def _who(entry: AuditEntry, known: Container[int | None]) -> str:
    """Members learn who read what is theirs, and otherwise the names of their own people and of the hub owner's."""
    is_told = entry.action == HubAction.EVENT_READ_UNDER_GRANT or entry.organisation_id in known
    return entry.actor_name if is_told else gettext("Somebody of another organisation")


@page(staff=OFFICERS, writes=True)
def propose_removal(request: PageRequest, pk: int) -> HttpResponse:
    row = find_archive(pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return proposed(request, removal.propose_removal(request.actor, pk, form.cleaned_data["reason"]))
    parents = [
        (gettext("Audit log"), reverse("audit")),
        (gettext("Oversight"), reverse("audit_oversight")),
    ]
    return edit_page(
        request,
        form,
        gettext("Remove archived entries from the audit log"),
        parents,
        save=gettext("Propose removal"),
        intro=gettext(
            "Archive %(name)s has %(count)s entries. Once a second officer has approved it, whoever runs the database "
            "can remove them from the log. Make sure that the file is kept safe."
        )
        % {"name": row.name, "count": row.count},
    )


def _rights(row: Privileged) -> list[Any]:
    return [
        *(DUTIES[each] for each in sorted(staff_roles(row.duties))),
        *(FLAGS[each][0] for each in row.permissions),
    ]


def _worded(row: ActionCount) -> tuple[ActionCount, Any]:
    action = find_action(row.action)
    return row, action.text if action else row.action
