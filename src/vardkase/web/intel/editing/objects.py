"""Editing objects: choosing a template, filling in its fields, references."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow, ObjectRow
from vardkase.intel.editing.deletion import delete_object
from vardkase.intel.problems import ObjectProblem
from vardkase.intel.queries.duplicates import object_of_file
from vardkase.intel.queries.find import find_object
from vardkase.intel.queries.object_contents import template_use, values_of_object
from vardkase.intel.queries.version_tokens import object_mark
from vardkase.intel.services.included_objects import add_object_with
from vardkase.intel.services.object_templates import find_template as find_version
from vardkase.intel.services.optimistic_edit import edit_unchanged_object
from vardkase.intel.services.samples import FILE_TEMPLATE
from vardkase.intel.undo.services import undoable
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement
from vardkase.knowledge.object_templates.queries import active_templates, elements_of, find_template
from vardkase.web.intel.editing.common import (
    attempt,
    attempt_unchanged,
    back_to,
    form_page,
    group_options,
    kept_mark,
    moment,
    own_event,
    say_undoable,
)
from vardkase.web.intel.editing.forms.object import ObjectForm, TemplateFields
from vardkase.web.knowledge.object_templates.search import matching
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers

SHOWN = 30
"""Templates in the list; searching finds the others."""


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def create(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    chosen = request.GET.get("template", "")
    if not chosen:
        return _choose(request, event)
    template = find_template(chosen)
    form = _form(request, {"distribution": INHERIT}, is_new=True)
    fields = _fields(request, template)
    is_right = _is_saving(request) and _both_valid(form, fields)
    twin = _object_of_file(request, event, fields) if is_right else None
    if is_right and twin is None:
        document = {
            **form.facts(),
            "template_uuid": str(template.uuid),
            "template_version": template.version,
            "Attribute": form.tagged(fields.documents()),
        }
        included = _included(request, form, fields)
        if included:
            document["ObjectReference"] = fields.references
        if attempt(form, lambda: add_object_with(request.actor, event.id, document, included)):
            fields.drop_files()
            return back_to(request, event.id, gettext("Object added: %(name)s") % {"name": template.name})
    fields.keep_files()
    context = {
        "heading": gettext("New object"),
        "event": event,
        "is_new": True,
        "twin": twin,
        "fields": fields,
        "includes": request.method != "POST" or posted.flag(request, "includes"),
    }
    return form_page(request, "editing/object_form.html", form, context)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def edit(request: PageRequest, reference: str, object_id: int) -> HttpResponse:
    event, object_ = own_object(request, reference, object_id)
    if not object_.template_uuid:
        raise NotFound(ObjectProblem.TEMPLATE_NOT_FOUND())
    made = find_version(object_.template_uuid, object_.template_version)
    template = made if made is not None else find_template(object_.template_uuid)
    stored = {name: getattr(object_, name) for name in ("comment", "distribution", "sharing_group_id")}
    stored |= {name: moment(getattr(object_, name)) for name in ("first_seen", "last_seen")}
    form = _form(request, stored, is_new=False)
    fields = _fields(request, template, object_.id)
    conflict = False
    if _is_saving(request) and _both_valid(form, fields):
        document = {**form.facts(), "Attribute": fields.documents()}
        mark = posted.text(request, "mark")
        saved, conflict = attempt_unchanged(
            form,
            lambda: undoable(
                request.actor,
                event.id,
                [],
                lambda: edit_unchanged_object(request.actor, object_.id, document, mark),
                object_ids=[object_.id],
            ),
        )
        if saved is not None:
            fields.drop_files()
            say_undoable(request, event, gettext("Object updated."), saved.point)
            return back_to(request, event.id)
    fields.keep_files()
    context = {
        "heading": gettext("Edit object"),
        "event": event,
        "found": object_,
        "mark": kept_mark(request, object_mark(object_.id), has_conflict=conflict),
        "conflict": conflict,
        "fields": fields,
    }
    return form_page(request, "editing/object_form.html", form, context, has_conflict=conflict)


@page(Permission.ADD, writes=True)
def delete(request: PageRequest, reference: str, object_id: int) -> HttpResponse:
    event, object_ = own_object(request, reference, object_id)
    if request.method != "POST":
        held = values_of_object(request.actor, object_.id)
        context = {"heading": gettext("Delete object"), "event": event, "found": object_, "held": held}
        return render(request, "editing/object_delete.html", context)
    if posted.flag(request, "hard"):
        delete_object(request.actor, object_.id, hard=True)
        return back_to(request, event.id, gettext("Object permanently deleted."))
    done = undoable(
        request.actor,
        event.id,
        [],
        lambda: delete_object(request.actor, object_.id),
        object_ids=[object_.id],
    )
    say_undoable(request, event, gettext("Object deleted."), done.point)
    return back_to(request, event.id)


def own_object(request: PageRequest, reference: str, object_id: int) -> tuple[EventRow, ObjectRow]:
    event = own_event(request.actor, reference)
    object_ = find_object(request.actor, object_id)
    if object_.event_id != event.id:
        raise Http404
    return event, object_


def _choose(request: PageRequest, event: EventRow) -> HttpResponse:
    text = request.GET.get("q", "")[:100].replace("\0", "")
    used = template_use(request.actor)
    found = matching(active_templates().defer("definition"), text)
    found.sort(key=lambda each: (each[0], -used.get(str(each[1].uuid), 0), each[1].name))
    templates = [template for _closeness, template in found]
    context = {
        "heading": gettext("New object"),
        "event": event,
        "templates": [(template, used.get(str(template.uuid), 0)) for template in templates[:SHOWN]],
        "more": max(0, len(templates) - SHOWN),
        "text": text,
        "sample": _sample_element(),
        "inherit": INHERIT,
    }
    chosen_template = "editing/object_choose.html"
    return render(
        request,
        f"{chosen_template}#templates" if request.headers.get("HX-Request") else chosen_template,
        context,
    )


def _sample_element() -> ObjectTemplateElement | None:
    """Where a file of unknown kind goes: it may be malware."""
    template = active_templates().filter(uuid=FILE_TEMPLATE).first()
    return elements_of(template).filter(object_relation="malware-sample").first() if template else None


def _included(request: PageRequest, form: ObjectForm, fields: TemplateFields) -> list[dict[str, Any]]:
    """The objects of what an attached program consists of, if wanted, for those who see the object of the file."""
    if not posted.flag(request, "includes"):
        return []
    return [{**each, **form.reach()} for each in fields.included]


def _object_of_file(request: PageRequest, event: EventRow, fields: TemplateFields) -> int | None:
    """The object that the event has of the same file, unless another one is wanted."""
    if str(fields.template.uuid) != FILE_TEMPLATE or posted.flag(request, "again"):
        return None
    sums = [each["value"] for each in fields.documents() if each.get("type") == "sha256"]
    return object_of_file(request.actor, event.id, sums)


def _is_saving(request: PageRequest) -> bool:
    searches = posted.text(request, "more") or posted.text(request, "find")
    return request.method == "POST" and not searches


def _both_valid(form: ObjectForm, fields: TemplateFields) -> bool:
    # Both are asked, so that the page shows the errors of both.
    right = fields.is_valid()
    return form.is_valid() and right


def _form(request: PageRequest, initial: dict[str, Any], *, is_new: bool) -> ObjectForm:
    options = {"actor": request.actor, "is_new": is_new, **group_options(request.actor)}
    return form_with_pickers(request, lambda data: ObjectForm(data, initial=initial, **options))


def _fields(request: PageRequest, template: ObjectTemplate, object_id: int | None = None) -> TemplateFields:
    held = values_of_object(request.actor, object_id) if object_id is not None else []
    sent = posted.lists(request) if request.method == "POST" else None
    return TemplateFields(template, request.actor.user_id, held, sent, request.FILES)
