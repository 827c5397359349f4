"""Writing reports: the editor with its preview, drafts, and the search for what a report refers to."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.markdown import LONGEST
from vardkase.formats.markdown import event_text
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow, ReportRow
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.event_reports import drafts, services, templates
from vardkase.intel.event_reports.models import ReportDraft
from vardkase.intel.event_reports.reference_choices import reference_choices
from vardkase.intel.queries.version_tokens import report_mark
from vardkase.web.intel.editing.common import (
    attempt,
    form_page,
    group_options,
    kept_mark,
    own_event,
)
from vardkase.web.intel.event_reports.diagrams import has_faults
from vardkase.web.intel.event_reports.forms import ReportDraftForm, ReportForm
from vardkase.web.intel.event_reports.rendering import rendered_report
from vardkase.web.intel.event_reports.reports import own_report, parents
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.edit_page import Crumb
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.versions import differences
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page

FROM_EVENT = "event"
"""The beginning that is made of what the event holds, in place of a template."""


@page(Permission.ADD, writes=True, body=BodyLimits.FILES)
def create(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    form = _form(request, event, None, lambda: _beginning(request, event))
    if _wants_saving(request):
        made = attempt(form, lambda: _add(request.actor, event, form))
        if made is not None:
            _say_saved(request, form)
            return redirect("report", event.id, made)
    context = {"heading": gettext("New report"), "beginnings": _beginnings(request.actor, event)}
    return _editor(request, event, None, form, context)


@page(Permission.ADD, writes=True, body=BodyLimits.FILES)
def edit(request: PageRequest, reference: str, report_id: int) -> HttpResponse:
    event, report = own_report(request.actor, reference, report_id)
    form = _form(request, event, report, lambda: _stored(report))
    has_conflict = False
    if _wants_saving(request):
        try:
            saved = attempt(form, lambda: _save(request.actor, event, report, form))
        except ChangedMeanwhile:
            saved, has_conflict = None, True
            form.initial = _stored(report)  # What is compared with what was written.
        if saved is not None:
            _say_saved(request, form)
            return redirect("report", event.id, report.id)
    context = {
        "heading": gettext("Edit report"),
        "mark": kept_mark(request, form.initial.get("mark", ""), has_conflict=has_conflict),
        "conflict": _differences(form) if has_conflict else [],
    }
    return _editor(request, event, report, form, context, has_conflict=has_conflict)


def _say_saved(request: PageRequest, form: ReportForm) -> None:
    messages.success(request, gettext("Report saved."))
    if has_faults(form.cleaned_data["content"], request.actor.user_id):
        messages.warning(request, gettext("A diagram cannot be drawn. The report says which line is wrong."))


@page(Permission.ADD, writes=True, body=BodyLimits.FILES)
@require_POST
def draft(request: PageRequest, reference: str) -> HttpResponse:
    """Keep what somebody has written so far, and show how it will look."""
    event = own_event(request.actor, reference)
    form = ReportDraftForm(request.POST)
    refused = ""
    if form.is_valid():
        sent = form.cleaned_data
        try:
            drafts.save_draft(request.actor, event.id, sent["report"], sent["draft"], form.text())
        except (Invalid, Conflict, NotFound) as error:
            refused = str(error)
    else:
        refused = gettext("The draft was not kept: %(why)s") % {
            "why": " ".join(str(why) for errors in form.errors.values() for why in errors)
        }
    text = posted.text(request, "content")
    has_faults(text[:LONGEST], request.actor.user_id)  # Said in the preview.
    context = {
        "html": rendered_report(request.actor, event, text),
        "refused": refused,
        "kept_at": timezone.now(),
    }
    return render(request, "event_reports/preview.html", context)


@page(Permission.ADD, writes=True)
@require_POST
def discard(request: PageRequest, reference: str, uuid: UUID) -> HttpResponse:
    event = own_event(request.actor, reference)
    drafts.discard_draft(request.actor, event.id, uuid)
    messages.success(request, gettext("Draft discarded."))
    report_id = posted.text(request, "report")
    if report_id.isdecimal() and len(report_id) < 19:
        return redirect("report_edit", event.id, int(report_id))
    return redirect("event_reports", event.id)


@page(Permission.ADD)
def references(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    text = searched(request)
    context = {"choices": reference_choices(request.actor, event, text), "text": text}
    return render(request, "event_reports/choices.html", context)


def _wants_saving(request: PageRequest) -> bool:
    """Without scripts, the editor's other buttons send the form as well: to look at it, or to search."""
    return request.method == "POST" and posted.text(request, "go", "save") == "save"


def _form(request: PageRequest, event: EventRow, report: ReportRow | None, initial: Any) -> ReportForm:
    options = group_options(request.actor)
    if request.method == "POST":
        return ReportForm(request.POST, initial={"mark": posted.text(request, "mark")}, **options)
    if kept := _chosen_draft(request, event, report):
        fields = ("name", "content", "distribution", "sharing_group_id", "mark")
        values = {name: getattr(kept, name) for name in fields}
        return ReportForm(initial={**values, "draft": kept.uuid}, **options)
    return ReportForm(initial={**initial(), "draft": uuid4()}, **options)


def _chosen_draft(request: PageRequest, event: EventRow, report: ReportRow | None) -> ReportDraft | None:
    try:
        uuid = UUID(request.GET.get("draft", ""))
    except ValueError:
        return None
    kept = drafts.find_draft(request.actor, event.id, uuid)
    return kept if kept.report_id == (report.id if report else None) else None


def _stored(report: ReportRow) -> dict[str, Any]:
    return {
        "name": report.name,
        "content": report.content,
        "distribution": report.distribution,
        "sharing_group_id": report.sharing_group_id,
        "mark": report_mark(report.id),
    }


@transaction.atomic
def _add(actor: Actor, event: EventRow, form: ReportForm) -> int:
    made = services.add_report(actor, event.id, form.document())
    _forget_draft(actor, event, form)
    return made


@transaction.atomic
def _save(actor: Actor, event: EventRow, report: ReportRow, form: ReportForm) -> int:
    saved = services.edit_report(actor, report.id, form.document(), seen=form.cleaned_data["mark"])
    _forget_draft(actor, event, form)
    return saved


def _forget_draft(actor: Actor, event: EventRow, form: ReportForm) -> None:
    if uuid := form.cleaned_data["draft"]:
        drafts.discard_draft(actor, event.id, uuid)


def _differences(form: ReportForm) -> list[dict[str, Any]]:
    return [row for row in differences(form) if row["label"] in (form["name"].label, form["content"].label)]


def _beginnings(actor: Actor, event: EventRow) -> list[dict[str, Any]]:
    """What a new report can begin with: the hub's texts in the reader's language first, then all others."""
    address = reverse("report_create", args=[event.id])
    return [
        {"label": gettext("Contents of the event"), "url": f"{address}?from={FROM_EVENT}"},
        *(
            {"label": one.name, "url": f"{address}?from={one.pk}", "source": one.org.name}
            for one in templates.visible_templates(actor).order_by("name", "pk")
        ),
        *(
            {"label": one.name, "url": f"{address}?from={one.key}", "language": one.language}
            for one in templates.starters_for(get_language() or "en")
        ),
    ]


def _beginning(request: PageRequest, event: EventRow) -> dict[str, Any]:
    chosen = request.GET.get("from", "")
    name, content = "", ""
    if chosen == FROM_EVENT:
        name, content = event.info, event_text(request.actor, event, {})
    elif chosen.isdecimal() and len(chosen) < 19:
        template = templates.find_template(request.actor, int(chosen))
        name, content = template.name, template.content
    elif starter := next((one for one in templates.starters() if one.key == chosen), None):
        name, content = starter.name, starter.content
    content = templates.filled(request.actor, content, event, timezone.localdate())
    return {"name": name[:255], "content": content, "distribution": INHERIT}


def _editor(
    request: PageRequest,
    event: EventRow,
    report: ReportRow | None,
    form: ReportForm,
    context: dict[str, Any],
    *,
    has_conflict: bool = False,
) -> HttpResponse:
    kept = drafts.drafts_of(request.actor, event.id, report.id if report else None)
    # Looked up when the list is opened, and not with the page: an event may have hundreds of thousands of values.
    is_search = posted.text(request, "go") == "find"
    text = posted.text(request, "q") if is_search else ""
    full = {
        "event": event,
        "report": report,
        "crumbs": _crumbs(event, report, context["heading"]),
        "draft_uuid": form.draft_uuid,
        "drafts": list(kept.exclude(uuid=form.draft_uuid).defer("content")),
        "html": rendered_report(request.actor, event, str(form["content"].value() or "")),
        "is_search": is_search,
        "is_unasked": not is_search,
        "choices": reference_choices(request.actor, event, text) if is_search else [],
        "text": text,
        **context,
    }
    return form_page(request, "event_reports/editor.html", form, full, has_conflict=has_conflict)


def _crumbs(event: EventRow, report: ReportRow | None, heading: str) -> list[dict[str, str]]:
    above: list[Crumb] = parents(event, report)
    return [*({"label": label, "url": url} for label, url in above), {"label": heading, "url": ""}]
