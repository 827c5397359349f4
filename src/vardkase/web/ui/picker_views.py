"""Shared views for forms with pickers: searching the choices, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render

from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.picker import Picker
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.picker_tags import choices


def form_with_pickers[Form: forms.Form](request: PageRequest, make: Callable[[Any], Form]) -> Form:
    """The bound form. A search without JavaScript (`find`) keeps the input and skips validation."""
    if request.method == "POST" and not posted.text(request, "find"):
        return make(request.POST)
    form = make(None)
    if request.method == "POST":
        for name, field in form.fields.items():
            form.initial[name] = field.widget.value_from_datadict(request.POST, request.FILES, name)
    return form


def searched_for(request: PageRequest) -> dict[str, str]:
    """Which field was searched without JavaScript, and for what, as `picker` reads it."""
    name = posted.text(request, "find")
    return {"searched": name, "text": posted.text(request, f"q_{name}")}


def found_choices(request: PageRequest, form: forms.Form) -> HttpResponse:
    name = request.GET.get("field", "")
    field = form.fields.get(name)
    if not isinstance(field, Picker):
        raise Http404
    context = choices(field, request.GET.getlist(name), request.GET.get(f"q_{name}", ""))
    return render(request, "components/picker_choices.html", context | {"name": name})
