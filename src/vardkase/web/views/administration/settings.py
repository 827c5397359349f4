"""Every setting as it is now, and who may change it. It is changed over the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.changed_by import ChangedBy
from vardkase.core.settings import find_setting
from vardkase.hub.instance.settings import Line, every_setting
from vardkase.web.pages import PageRequest, page

WHO: dict[ChangedBy, Promise] = {
    ChangedBy.OFFICERS: _("Two officers"),
    ChangedBy.SITE_ADMIN: _("Site administrators"),
    ChangedBy.OPERATOR: _("Site administrators and the operator"),
}


@page(oversight=True)
def index(request: PageRequest) -> HttpResponse:
    """All settings, or those whose name or description has the words that are searched for."""
    searched = request.GET.get("q", "").strip()
    rows = [
        _shown(line)
        for line in every_setting(request.actor)
        if searched.casefold() in f"{line.name} {line.description}".casefold()
    ]
    return render(request, "administration/settings.html", {"rows": rows, "q": searched})


def _shown(line: Line) -> dict[str, Any]:
    setting = None if line.fixed else find_setting(line.name)
    return {
        "name": line.name,
        "description": line.description,
        "value": line.value,
        "secret": line.secret,
        "who": WHO[setting.changed_by] if setting else _("Nobody while the hub runs"),
    }
