"""Import expressions: how values are rewritten or refused on import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.errors import InvalidValue
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.import_expressions import services
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.knowledge.import_expressions.models import EVERY_TYPE, ImportExpression
from vardkase.misp.values import normalise
from vardkase.web.knowledge.import_expressions.forms import ExpressionForm, ExpressionTestForm
from vardkase.web.knowledge.library import parents
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page


@page()
def index(request: PageRequest) -> HttpResponse:
    context = {
        **listed(request, services.expressions(request.actor), {"pk"}, "pk"),
        "every_type": EVERY_TYPE,
        "may_edit": request.actor.may(Permission.REGEXP_ACCESS) and request.actor.may_write,
    }
    return render(request, "import_expressions/index.html", context)


@page(Permission.REGEXP_ACCESS, writes=True)
def create(request: PageRequest) -> HttpResponse:
    form = ExpressionForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.add_expression(request.actor, form.cleaned_data)
            messages.success(
                request, gettext("The expression applies to everything that comes in from now on.")
            )
            return redirect("import_expressions")
    return edit_page(request, form, gettext("New import expression"), _parents(), intro=_intro())


@page(Permission.REGEXP_ACCESS, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    row = _found(request.actor, pk)
    stored = {name: getattr(row, name) for name in ExpressionForm.base_fields}
    form = ExpressionForm(request.POST or None, initial=stored)
    version = ShownVersion(request, row)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.edit_expression(request.actor, str(pk), form.cleaned_data)
            messages.success(request, gettext("Saved."))
            return redirect("import_expressions")
    heading = gettext("Edit the import expression")
    return edit_page(request, form, heading, _parents(), intro=_intro(), version=version)


@page(Permission.REGEXP_ACCESS, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Asks first: the expressions apply in the order they were added in, which adding it again would not restore."""
    row = _found(request.actor, pk)
    if request.method != "POST":
        heading = gettext("Delete the import expression")
        words = gettext("Values that it rewrote or refused come in as they are from now on.")
        return confirm_page(request, heading, _parents(), words, things=[row.regexp])
    services.delete_expression(request.actor, str(pk))
    messages.success(request, gettext("The import expression has been deleted."))
    return redirect("import_expressions")


@page()
def try_values(request: PageRequest) -> HttpResponse:
    """By POST, so that the values stand in no address."""
    form = ExpressionTestForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid() and request.actor.may_read:
        type_name = form.cleaned_data["type"]
        through = import_filter()
        context["rows"] = [
            (value, before, through(type_name, before))
            for value in form.cleaned_data["values"]
            for before in [_normalised(type_name, value)]
        ]
    return render(request, "import_expressions/try_values.html", context, status=422 if form.errors else 200)


def _normalised(type_name: str, value: str) -> str:
    try:
        return normalise(type_name, value)
    except InvalidValue:
        return value


def _found(actor: Actor, pk: int) -> ImportExpression:
    row = services.expressions(actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _intro() -> str:
    return gettext("Stored values are not changed.")


def _parents() -> list[Crumb]:
    return parents((gettext("Import expressions"), "import_expressions"))
