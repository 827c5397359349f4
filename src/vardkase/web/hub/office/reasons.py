"""Texts that officers insert as reasons for decisions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.office.reasons import queries, services
from vardkase.hub.office.reasons.models import ReasonKind, ReasonText
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.office.forms import ReasonTextForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.pages import PageRequest, page

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponseBase:
    texts = queries.reason_texts(request.actor)
    if form := wanted_file(request):
        return list_file(request, form, "reason-texts", gettext("Texts for reasons"), _columns(), texts)
    return render(request, "office/reasons.html", {"texts": texts, **file_links(request)})


def _columns() -> Columns[ReasonText]:
    return {
        gettext("Name"): lambda text: text.title,
        gettext("Kind of decision"): lambda text: text.get_kind_display(),
        gettext("Swedish"): lambda text: text.text_sv,
        gettext("English"): lambda text: text.text_en,
        gettext("Version"): lambda text: text.version,
        gettext("Status"): lambda text: gettext("No longer offered") if text.is_retired else "",
        gettext("Changed"): lambda text: text.at,
    }


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
