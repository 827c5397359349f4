"""Texts that officers insert as reasons for decisions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.office.reasons import queries, services
from vardkase.hub.office.reasons.models import ReasonKind
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.office.forms import ReasonTextForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    return render(request, "office/reasons.html", {"texts": queries.reason_texts(request.actor)})


@page(staff=OFFICERS, writes=True)
def write(request: PageRequest, name: UUID | None = None) -> HttpResponse:
    text = queries.find_text(request.actor, name) if name else None
    kind = request.GET.get("kind", "")
    initial = (
        {field: getattr(text, field) for field in ("kind", *services.LONGEST)}
        if text
        else {"kind": kind if kind in ReasonKind.values else ReasonKind.APPROVE}
    )
    form = ReasonTextForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_shown_in(form):
            services.write_text(request.actor, form.cleaned_data, name)
            messages.success(request, gettext("The text has been saved."))
            return redirect("reason_texts")
    context = {
        "form": form,
        "text": text,
        "versions": queries.text_versions(request.actor, name) if name else [],
    }
    return render(request, "office/reason.html", context, status=422 if form.errors else 200)


@require_POST
@page(staff=OFFICERS, writes=True)
def retire(request: PageRequest, name: UUID) -> HttpResponse:
    text = services.set_retired(request.actor, name, is_retired=posted.text(request, "retire") == "1")
    words = (
        gettext("The text is no longer offered.")
        if text.is_retired
        else gettext("The text is offered again.")
    )
    messages.success(request, words)
    return redirect("reason_texts")
