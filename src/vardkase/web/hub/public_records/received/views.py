"""The register of what a connected authority has received, and each version in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.hub.law.disposal_marks import with_marks_in_words
from vardkase.hub.public_records.received.access import require_register
from vardkase.hub.public_records.received.authorities import find_authority
from vardkase.hub.public_records.received.export import as_csv, as_json
from vardkase.hub.public_records.received.queries import (
    RegisterFilter,
    find_version,
    register,
    register_rows,
    version_content,
)
from vardkase.hub.retention.queries import disposed_in
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.public_records.received.forms import RegisterForm
from vardkase.web.intel.events.published import published_context
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size, with_query

LEGAL_OFFICER = (StaffRole.LEGAL_OFFICER,)


@page()
def own(request: PageRequest) -> HttpResponse:
    return _register(request, request.actor.organisation_id)


@page(staff=LEGAL_OFFICER)
def of_authority(request: PageRequest, pk: int) -> HttpResponse:
    return _register(request, pk)


@page()
def export_own(request: PageRequest) -> HttpResponseBase:
    return _export(request, request.actor.organisation_id)


@page(staff=LEGAL_OFFICER)
def export_of(request: PageRequest, pk: int) -> HttpResponseBase:
    return _export(request, pk)


@page()
def version_own(request: PageRequest, number: str) -> HttpResponse:
    return _version(request, request.actor.organisation_id, number)


@page(staff=LEGAL_OFFICER)
def version_of(request: PageRequest, pk: int, number: str) -> HttpResponse:
    return _version(request, pk, number)


def _register(request: PageRequest, organisation_id: int) -> HttpResponse:
    require_register(request.actor, organisation_id)
    form = RegisterForm(request.GET or None)
    wanted = _filter(form)
    rows = register(request.actor, organisation_id, wanted, wanted_place(request), wanted_size(request))
    is_own = organisation_id == request.actor.organisation_id
    disposed = disposed_in([row.version_id for row in rows.rows])
    context = {
        "form": form,
        "is_filtered": wanted != RegisterFilter(),
        "is_own": is_own,
        "name": request.actor.organisation_name if is_own else find_authority(organisation_id).name,
        "rows": [
            (
                replace(row, info=with_marks_in_words(row.info)),
                _address(request, organisation_id, row.reference),
                row.version_id in disposed,
            )
            for row in rows.rows
        ],
        "authority": organisation_id,
        "csv": with_query(request, format="csv", after=None, before=None),
        "json": with_query(request, format="json", after=None, before=None),
        "export": reverse("received_export")
        if is_own
        else reverse("authority_export", args=[organisation_id]),
        **page_links(request, rows),
    }
    return render(request, "received/register.html", context, status=422 if form.errors else 200)


def _export(request: PageRequest, organisation_id: int) -> HttpResponseBase:
    require_register(request.actor, organisation_id)
    rows = register_rows(request.actor, organisation_id, _filter(RegisterForm(request.GET or None)))

    def address(reference: str) -> str:
        return request.build_absolute_uri(_address(request, organisation_id, reference))

    is_json = request.GET.get("format") == "json"
    body = as_json(rows, address) if is_json else as_csv(rows, address)
    name = f"received-{timezone.localdate().isoformat()}.{'json' if is_json else 'csv'}"
    return StreamingHttpResponse(
        body,
        content_type="application/json" if is_json else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _version(request: PageRequest, organisation_id: int, number: str) -> HttpResponse:
    require_register(request.actor, organisation_id)
    row = find_version(request.actor, organisation_id, number)
    is_own = organisation_id == request.actor.organisation_id
    context = {
        "row": row,
        "disposed": disposed_in([row.version_id]).get(row.version_id, []),
        "is_own": is_own,
        "authority": organisation_id,
        "address": request.build_absolute_uri(_address(request, organisation_id, row.reference)),
    }
    if row.is_open:
        context |= published_context(request, version_content(request.actor, row, organisation_id))
    context["heading"] = row.info or gettext("Version %(number)s") % {"number": row.reference}
    shown = render(request, "received/version.html", context)
    if context["disposed"]:  # Wherever the marks stand: in the title, values, comments and reports.
        shown.content = with_marks_in_words(shown.content.decode()).encode()
    return shown


def _address(request: PageRequest, organisation_id: int, reference: str) -> str:
    if organisation_id == request.actor.organisation_id:
        return reverse("received_version", args=[reference])
    return reverse("authority_version", args=[organisation_id, reference])


def _filter(form: RegisterForm) -> RegisterFilter:
    if not form.is_valid():
        return RegisterFilter()
    given = form.cleaned_data
    last = given["last"]
    return RegisterFilter(
        text=given["text"].strip(),
        publisher=given["publisher"].strip(),
        since=_midnight(given["first"]) if given["first"] else None,
        before=_midnight(last + timedelta(days=1)) if last and last.year < 9999 else None,
        direction=given["direction"],
    )


def _midnight(day: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
