"""Common parts of the library lists: filters, and the way back to the same list."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import pgettext_lazy

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
