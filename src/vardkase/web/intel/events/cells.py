"""Cells of the table of attributes, edited in their place by the form of the whole attribute."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.version_tokens import attribute_mark
from vardkase.intel.services.optimistic_edit import edit_unchanged_attribute
from vardkase.intel.undo.services import undoable
from vardkase.misp.types import category_allows
from vardkase.web.intel.editing.attributes import own_attribute, stored_fields
from vardkase.web.intel.editing.common import attempt_unchanged, group_options, say_undoable
from vardkase.web.intel.editing.forms.attribute import AttributeForm
from vardkase.web.intel.events.columns import named
from vardkase.web.intel.events.selection import reach_choices
from vardkase.web.intel.events.table import one_row, uncounted
from vardkase.web.ui.chips import GROUP
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page

FIELDS = {
    "type": ("type",),
    "value": ("value",),
    "detection": ("to_ids",),
    "category": ("category",),
    "reach": ("distribution", "sharing_group_id"),
    "comment": ("comment",),
    "seen": ("first_seen", "last_seen"),
}
"""The fields of the form that each cell shows."""
FORM_ID = "cell-form"
"""The form outside the table to which the inputs in a cell belong: the table itself is in one."""


class CellForm(AttributeForm):
    """All fields of a stored attribute, of which a cell sends some."""

    def __init__(self, *args: Any, shown: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, is_new=False, auto_id="cell_%s", **options)
        self.shown = shown
        self.fields.pop("file", None)
        detection = self.fields["to_ids"]
        detection.widget = forms.Select(choices=detection.choices)  # type: ignore[attr-defined]
        for field in self.fields.values():
            for name in [name for name in field.widget.attrs if name.startswith("hx-")]:
                del field.widget.attrs[name]
            field.widget.attrs["form"] = FORM_ID

    @property
    def controls(self) -> list[forms.BoundField]:
        """Without labels, which screen readers alone need in a cell."""
        bounds = [self[name] for name in self.shown]
        for bound in bounds:
            state = {"aria-invalid": "true", "aria-describedby": "cell_error"} if bound.errors else {}
            named = {"class": "input input-small", "aria-label": str(bound.label)}
            bound.field.widget.attrs |= named | state
        return bounds

    @property
    def problems(self) -> list[str]:
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))

    def as_sent(self) -> dict[str, str]:
        """What a browser would send of the form as it is."""
        sent: dict[str, str] = {}
        for bound in self:
            value, widget = bound.value(), bound.field.widget
            if isinstance(bound.field, forms.BooleanField):
                sent |= {bound.name: "on"} if value else {}
            elif isinstance(widget, forms.DateTimeInput):
                sent[bound.name] = str(widget.format_value(value) or "")
            else:
                sent[bound.name] = "" if value is None else str(value)
        return sent


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def cell(request: PageRequest, reference: str, attribute_id: int, field: str) -> HttpResponse:
    """The editor of a cell (GET); or saves it, and answers with the row, or with the editor and what is wrong."""
    if field not in FIELDS:
        raise Http404
    event, attribute = own_attribute(request, reference, attribute_id)
    options: dict[str, Any] = {
        "actor": request.actor,
        "in_object": attribute.object_id is not None,
        "initial": stored_fields(attribute),
        "shown": FIELDS[field],
        **group_options(request.actor),
    }
    form = CellForm(**options)
    chosen = f"{attribute.distribution}"
    if attribute.distribution == GROUP:
        chosen += f":{attribute.sharing_group_id}"
    stored, conflict = form, False
    if request.method == "POST":
        form = CellForm(form.as_sent() | _sent(request, field, attribute.category), **options)
        chosen = posted.text(request, "reach")
        mark = posted.text(request, "mark")
        done, conflict = attempt_unchanged(
            form,
            lambda: undoable(
                request.actor,
                event.id,
                [attribute.id],
                lambda: edit_unchanged_attribute(request.actor, attribute.id, form.document(), mark),
            ),
        )
        if done is not None:
            say_undoable(request, event, gettext("Attribute updated."), done.point)
            return _row(request, str(event.id), attribute.id)
    context = {
        "event": event,
        "attribute": attribute,
        "field": field,
        "form": form,
        "form_id": FORM_ID,
        "mark": attribute_mark(attribute.id)
        if conflict or request.method != "POST"
        else posted.text(request, "mark"),
        "reaches": reach_choices(request.actor) if field == "reach" else [],
        "chosen": chosen,
        "stored": [bound.value() for bound in stored.controls] if conflict else [],
        "conflict": conflict,
    }
    status = 409 if conflict else 200 if request.method != "POST" else 422
    return render(request, "events/cell.html", context, status=status)


def _sent(request: PageRequest, field: str, category: str) -> dict[str, str]:
    if field == "reach":
        level, _, group = posted.text(request, "reach").partition(":")
        return {"distribution": level, "sharing_group_id": group}
    sent = {name: posted.text(request, name) for name in FIELDS[field]}
    # A category that does not suit the new type gives way to the type's usual one.
    if field == "type" and not category_allows(category, sent["type"]):
        sent["category"] = ""
    return sent


def _row(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    number = request.GET.get("number", "")
    keys = named(request.GET.get("columns", ""))
    shell = uncounted(request, reference)
    row = one_row(request, shell, attribute_id, int(number) if number.isdecimal() else 0, keys)
    toasts = "".join(
        render_to_string("components/toast.html", {"text": said, "failed": False})
        for said in messages.get_messages(request)
    )
    return HttpResponse(f"{row}<template data-toasts>{toasts}</template>")
