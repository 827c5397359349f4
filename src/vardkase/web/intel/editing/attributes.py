"""Editing one attribute: add, edit, delete, restore."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import AttributeRow, EventRow
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.deletion import delete_attribute, restore_attribute
from vardkase.intel.queries.find import find_attribute_of
from vardkase.intel.queries.version_tokens import attribute_mark
from vardkase.intel.services.optimistic_edit import edit_unchanged_attribute
from vardkase.intel.undo.services import undoable
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
from vardkase.web.intel.editing.forms.attribute import AttributeForm, category_choices
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.versions import differences
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers
from vardkase.web.ui.undo import say_with_link

LONGEST_SEARCH = 500
"""Characters of a value by which the table is filtered for it."""
FIELDS = (
    "type",
    "category",
    "value",
    "comment",
    "distribution",
    "sharing_group_id",
    "disable_correlation",
)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def create(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    form = attribute_form(
        request, AttributeForm, is_new=True, initial={"distribution": INHERIT, "to_ids": ""}
    )
    if request.method == "POST" and attempt(form, lambda: _add(request, event, form)) is not None:
        form.drop_file()
        # It may be far down in a long table.
        found = urlencode({"text": form.cleaned_data["value"].strip()[:LONGEST_SEARCH]})
        at = f"{reverse('event', args=[event.id])}?{found}"
        say_with_link(request, gettext("Attribute added."), gettext("Show"), at)
        return back_to(request, event.id)
    form.keep_file()
    context = {"heading": gettext("New attribute"), "event": event, "is_new": True}
    return form_page(request, "editing/attribute_form.html", form, context)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def edit(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event, attribute = own_attribute(request, reference, attribute_id)
    form = attribute_form(
        request,
        AttributeForm,
        initial=stored_fields(attribute),
        in_object=attribute.object_id is not None,
    )
    conflict = False
    if request.method == "POST":
        mark = posted.text(request, "mark")
        saved, conflict = attempt_unchanged(
            form,
            lambda: undoable(
                request.actor,
                event.id,
                [attribute.id],
                lambda: edit_unchanged_attribute(request.actor, attribute.id, form.document(), mark),
            ),
        )
        if saved is not None:
            form.drop_file()
            say_undoable(request, event, gettext("Attribute updated."), saved.point)
            return back_to(request, event.id)
    form.keep_file()
    context = {
        "heading": gettext("Edit attribute"),
        "event": event,
        "attribute": attribute,
        "mark": kept_mark(request, attribute_mark(attribute.id), has_conflict=conflict),
        "conflict": differences(form) if conflict else [],
        "stored_at": moment(attribute.timestamp * 1_000_000),
    }
    return form_page(request, "editing/attribute_form.html", form, context, has_conflict=conflict)


@page(Permission.ADD, writes=True)
def delete(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event, attribute = own_attribute(request, reference, attribute_id)
    if request.method != "POST":
        context = {"heading": gettext("Delete attribute"), "event": event, "attribute": attribute}
        return render(request, "editing/attribute_delete.html", context)
    hard = posted.flag(request, "hard")
    if hard:
        delete_attribute(request.actor, attribute.id, hard=True)
        return back_to(request, event.id, gettext("Attribute permanently deleted."))
    done = undoable(
        request.actor, event.id, [attribute.id], lambda: delete_attribute(request.actor, attribute.id)
    )
    say_undoable(request, event, gettext("Attribute deleted."), done.point)
    return back_to(request, event.id)


@page(Permission.ADD, writes=True)
@require_POST
def restore(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event, attribute = own_attribute(request, reference, attribute_id, deleted=True)
    done = undoable(
        request.actor, event.id, [attribute.id], lambda: restore_attribute(request.actor, attribute.id)
    )
    say_undoable(request, event, gettext("Attribute restored."), done.point)
    return back_to(request, event.id)


@page(Permission.ADD)
def categories(request: PageRequest) -> HttpResponse:
    choices = category_choices(request.GET.get("type", ""))
    return HttpResponse(format_html_join("", '<option value="{}">{}</option>', choices))


def _add(request: PageRequest, event: EventRow, form: AttributeForm) -> list[int]:
    added = add_attributes(request.actor, event.id, [form.document()])
    # By place in the list: of one attribute there is at most one entry.
    for errors in added.rejections.errors.values():
        raise Invalid(errors)
    return added.attribute_ids


def own_attribute(
    request: PageRequest, reference: str, attribute_id: int, *, deleted: bool = False
) -> tuple[EventRow, AttributeRow]:
    event = own_event(request.actor, reference)
    return event, find_attribute_of(request.actor, event, attribute_id, deleted=deleted)


def attribute_form[Form: AttributeForm](
    request: PageRequest,
    form_class: type[Form],
    *,
    initial: dict[str, Any],
    is_new: bool = False,
    in_object: bool = False,
) -> Form:
    kept = {"kept_file": posted.text(request, "kept_file")}
    return form_with_pickers(
        request,
        lambda data: form_class(
            data,
            request.FILES if data is not None else None,
            actor=request.actor,
            is_new=is_new,
            in_object=in_object,
            initial=initial | kept,
            categories_url=reverse("attribute_categories"),
            **group_options(request.actor),
        ),
    )


def stored_fields(attribute: AttributeRow) -> dict[str, Any]:
    stored = {name: getattr(attribute, name) for name in FIELDS}
    seen = {name: moment(getattr(attribute, name)) for name in ("first_seen", "last_seen")}
    return stored | seen | {"to_ids": "1" if attribute.to_ids else "0"}
