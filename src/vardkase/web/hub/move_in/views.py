"""The page on which an officer proposes a later run of moving in."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.errors import NotFound
from vardkase.hub.move_in.approval import propose_run
from vardkase.hub.move_in.queries import last_move
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.move_in.forms import LaterRunForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@page(staff=OFFICERS, writes=True)
def propose(request: PageRequest) -> HttpResponse:
    if last_move() is None:
        raise NotFound
    form = LaterRunForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return proposed(request, propose_run(request.actor, **form.cleaned_data))
    parents = [
        (gettext("Audit log"), reverse("audit")),
        (gettext("Oversight"), reverse("audit_oversight")),
    ]
    return edit_page(
        request,
        form,
        gettext("Bring in a newer dump of MISP"),
        parents,
        save=gettext("Propose"),
        intro=gettext(
            "This hub was moved into from MISP and is in use. Once a second officer has approved it, whoever runs the "
            "machine can bring in what is new in exactly this dump, with exactly these files, once."
        ),
    )
