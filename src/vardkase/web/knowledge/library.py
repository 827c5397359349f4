"""Common parts of the library lists: filters, crumbs, and the way back to the same list."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy

from vardkase.web.ui.edit_page import Crumb
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.paging import first_page

STATES = {
    "": (pgettext_lazy("libraries", "All"), None),
    "on": (pgettext_lazy("libraries", "Enabled"), True),
    "off": (pgettext_lazy("libraries", "Disabled"), False),
}


def wanted_state(request: PageRequest) -> bool | None:
    _label, enabled = STATES.get(request.GET.get("state", ""), STATES[""])
    return enabled


def state_tabs(request: PageRequest) -> list[dict[str, Any]]:
    wanted = wanted_state(request)
    return [
        {"label": label, "url": first_page(request, state=name or None), "current": enabled is wanted}
        for name, (label, enabled) in STATES.items()
    ]


def back_to_list(request: PageRequest, view: str, row: str = "") -> HttpResponse:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return HttpResponseRedirect(f"{reverse(view)}{query}{row and '#' + row}")


def parents(*pages: tuple[str, str]) -> list[Crumb]:
    """The pages above one of a library, from the index of all; each as its label and the name of its view."""
    return [
        (gettext("Reference data"), reverse("reference_data")),
        *((label, reverse(view)) for label, view in pages),
    ]
