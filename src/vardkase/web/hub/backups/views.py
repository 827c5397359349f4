"""Backups: for those who run or oversee the hub, and for the officers who decide who can read them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.errors import Forbidden
from vardkase.hub.backups import queries
from vardkase.hub.backups.models import BackupRecipient
from vardkase.hub.backups.problems import BackupRecipientProblem
from vardkase.hub.backups.recipients import as_text, propose_recipients
from vardkase.hub.backups.settings import BACKUP_DAYS, LEAST_KEPT
from vardkase.identity.accounts.four_eyes.deciders import may_decide
from vardkase.web.hub.backups.forms import RecipientsForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

MOST_BACKUPS, MOST_REMAINS = 500, 200
"""The retention rule keeps some fifty of the former."""


@page(oversight=True)
def index(request: PageRequest) -> HttpResponse:
    context = {
        "status": queries.status(),
        "backups": queries.backups()[:MOST_BACKUPS],
        "remains": queries.remains(MOST_REMAINS),
        "recipients": BackupRecipient.objects.all(),
        "may_decide": may_decide(request.actor),
        "days": BACKUP_DAYS.value,
        "least": LEAST_KEPT.value,
    }
    return render(request, "backups/index.html", context)


@page(oversight=True, writes=True)
def recipients(request: PageRequest) -> HttpResponse:
    if not may_decide(request.actor):
        raise Forbidden(BackupRecipientProblem.ONLY_OFFICERS())
    form = RecipientsForm(request.POST or None, initial={"recipients": as_text()})
    if form.is_valid():
        with errors_shown_in(form):
            given = form.cleaned_data
            return proposed(request, propose_recipients(request.actor, given["recipients"], given["reason"]))
    return edit_page(
        request,
        form,
        gettext("Change who can read the backups"),
        [(gettext("Backups"), reverse("backups"))],
        save=gettext("Propose the change"),
        intro=gettext(
            "Backups made from then on are encrypted to these keys. Earlier ones can still be read by those who could "
            "read them when they were made."
        ),
    )
