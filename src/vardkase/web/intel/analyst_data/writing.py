"""Adding, editing and deleting notes, opinions and relationships."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.body_limits import BodyLimits
from vardkase.identity.access.permissions import Permission
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.analyst_data.rules import require_editor
from vardkase.intel.analyst_data.services import add_analyst_data, delete_analyst_data, edit_analyst_data
from vardkase.intel.analyst_data.targets import find_target, find_targets
from vardkase.intel.analyst_data.threads import AnalystLine, root_of
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.knowledge.object_templates.models import ObjectRelationship
from vardkase.misp.analyst_data import KINDS
from vardkase.web.intel.analyst_data.forms import FORMS
from vardkase.web.intel.analyst_data.lists import line_of
from vardkase.web.intel.analyst_data.presenters import ShownTarget, shown
from vardkase.web.intel.editing.common import attempt, form_page, group_options, kept_mark
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.versions import differences
from vardkase.web.ui.pages import PageRequest, page

AUTHOR = (Permission.ADD, Permission.ANALYST_DATA)
KIND_OF = {kind.name.lower(): kind for kind in AnalystDataKind}
HEADINGS: dict[AnalystDataKind, tuple[str | Promise, str | Promise]] = {
    AnalystDataKind.NOTE: (_("New note"), _("Edit note")),
    AnalystDataKind.OPINION: (_("New opinion"), _("Edit opinion")),
    AnalystDataKind.RELATIONSHIP: (_("New relationship"), _("Edit relationship")),
}
"""To add and to edit one."""
ADDED = {
    AnalystDataKind.NOTE: _("Note added."),
    AnalystDataKind.OPINION: _("Opinion added."),
    AnalystDataKind.RELATIONSHIP: _("Relationship added."),
}
FIELDS = (
    "authors", "distribution", "language", "opinion", "relationship_type", "related_object_type",
    "related_object_uuid",
)  # fmt: skip


@page(*AUTHOR, writes=True, body=BodyLimits.DOCUMENT)
def create(request: PageRequest, kind: str, object_type: str, reference: str) -> HttpResponse:
    if kind not in KIND_OF:
        raise Http404
    actor, kind_of_data = request.actor, KIND_OF[kind]
    # The service would store data on anything; a person writes about what they see.
    target = find_target(actor, object_type, reference)
    initial = {"authors": actor.name, "distribution": INHERIT}
    form = _form(request, kind_of_data, initial)
    about = {"object_type": target.kind, "object_uuid": target.uuid}
    if request.method == "POST":
        made = attempt(form, lambda: add_analyst_data(actor, kind_of_data, {**form.document(), **about}))
        if made is not None:
            messages.success(request, str(ADDED[kind_of_data]))
            return redirect(_place_of(request, line_of(request, str(made))))
    context = {"heading": HEADINGS[kind_of_data][0], "about": ShownTarget(target.kind, target.uuid, target)}
    return _form_page(request, kind_of_data, form, context)


@page(*AUTHOR, writes=True, body=BodyLimits.DOCUMENT)
def edit(request: PageRequest, reference: str) -> HttpResponse:
    line, actor = _own_line(request, reference), request.actor
    kind = AnalystDataKind(line.kind)
    form = _form(request, kind, _stored(line))
    has_conflict = False
    if request.method == "POST":
        mark = posted.text(request, "mark")
        try:
            saved = attempt(form, lambda: edit_analyst_data(actor, kind, line.id, form.document(), seen=mark))
        except ChangedMeanwhile:
            saved, has_conflict = None, True
        if saved is not None:
            messages.success(request, str(_("Saved.")))
            return redirect(_place_of(request, line))
    context = {
        "heading": HEADINGS[kind][1],
        "line": line,
        "about": shown(actor, [line])[0].about,
        "mark": kept_mark(request, line.modified.isoformat(), has_conflict=has_conflict),
        "conflict": differences(form) if has_conflict else [],
        "stored_at": line.modified,
    }
    return _form_page(request, kind, form, context, has_conflict=has_conflict)


@page(*AUTHOR, writes=True)
def delete(request: PageRequest, reference: str) -> HttpResponse:
    line = _own_line(request, reference)
    if request.method != "POST":
        context = {"heading": _("Delete"), "line": line, "thread": shown(request.actor, [line])[0]}
        return render(request, "analyst_data/delete.html", context)
    place = _place_of(request, line, is_deleted=True)
    delete_analyst_data(request.actor, AnalystDataKind(line.kind), line.id)
    messages.success(request, str(_("Deleted.")))
    return redirect(place)


def _own_line(request: PageRequest, reference: str) -> AnalystLine:
    line = line_of(request, reference)
    require_editor(request.actor, line.orgc_id)
    return line


def _form(request: PageRequest, kind: AnalystDataKind, initial: dict[str, Any]) -> Any:
    data = request.POST if request.method == "POST" else None
    return FORMS[kind](data, actor=request.actor, initial=initial, **group_options(request.actor))


def _stored(line: AnalystLine) -> dict[str, Any]:
    return {
        **{name: getattr(line, name) for name in FIELDS},
        "sharing_group_id": line.sharing_group_id,
        "note": line.text,
        "comment": line.text,
    }


def _form_page(
    request: PageRequest,
    kind: AnalystDataKind,
    form: Any,
    context: dict[str, Any],
    *,
    has_conflict: bool = False,
) -> HttpResponse:
    if kind == AnalystDataKind.RELATIONSHIP:
        context["relationships"] = ObjectRelationship.objects.order_by("name")
    return form_page(request, "analyst_data/form.html", form, context, has_conflict=has_conflict)


def _place_of(request: PageRequest, line: AnalystLine, *, is_deleted: bool = False) -> str:
    """Where `line` is shown: the notes of its event, or what it replies to."""
    fragment = "" if is_deleted else f"#note-{line.uuid}"
    if line.object_type in KINDS:
        return reverse("note", args=[line.object_uuid]) + fragment
    root = root_of(request.actor, line)
    target = find_targets(request.actor, [root]).get(root)
    if target is not None and target.event_id is not None:
        return reverse("event_notes", args=[target.event_id]) + fragment
    return reverse("notes") if is_deleted else reverse("note", args=[line.uuid])
