"""All settings: current value, who may change it, and editing."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.hub.correspondence.letters.wording import missing_for_decisions
from vardkase.hub.instance.authority import changeable_by, require_may_change, takes_two
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.hub.instance.settings import SettingLine, change_setting, every_setting, find_setting
from vardkase.web.core.settings.forms import SettingForm
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page, refusal_page
from vardkase.web.ui.proposals import proposed

WHO: dict[ChangedBy, Promise] = {
    ChangedBy.OFFICERS: _("Two officers"),
    ChangedBy.SITE_ADMIN: _("Site administrators"),
    ChangedBy.OPERATOR: _("Site administrators and the platform operator"),
}
GROUPS: dict[str, Promise] = {
    "Vardkase": _("The hub and its members"),
    "MISP": _("Events, accounts and e-mail"),
    "Security": _("Security"),
    "GnuPG": _("E-mail encryption"),
    "Plugin": _("Modules and streams"),
    "": _("Other settings"),
}


@page(oversight=True)
def index(request: PageRequest) -> HttpResponse:
    only = missing_for_decisions() if request.GET.get("missing") else None
    searched = request.GET.get("q", "").strip()
    may = changeable_by(request.actor)
    by_two = takes_two(ChangedBy.OFFICERS)
    rows = [
        _shown(line, may, by_two=by_two)
        for line in every_setting(request.actor)
        if searched.casefold() in f"{line.name} {line.description}".casefold()
        and (only is None or line.name in only)
    ]
    order = list(GROUPS)
    rows.sort(key=lambda row: (order.index(row["group"]), row["name"].casefold()))
    groups = [(GROUPS[name], list(some)) for name, some in groupby(rows, key=lambda row: row["group"])]
    return render(request, "settings/index.html", {"groups": groups, "q": searched})


@page(oversight=True, writes=True, resume=False)
def edit(request: PageRequest, name: str) -> HttpResponse:
    """Asks for the password only of those who may make the change; the others are told who does."""
    line = find_setting(request.actor, name)
    if line.changed_by is None:
        raise NotFound(InstanceProblem.NO_SUCH_SETTING(name=name))
    try:
        require_may_change(request.actor, line.changed_by)
    except Forbidden as refused:
        if takes_two(line.changed_by):
            return refusal_page(request, refused)
        raise
    request.actor.require_step_up()
    needs_second = takes_two(line.changed_by)
    form = SettingForm(request.POST or None, line=line, needs_reason=needs_second)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            waits = change_setting(request.actor, name, data["value"], data.get("reason", ""))
        except Invalid as error:
            # What a setting refuses has no field: it is shown at its value.
            problem = error.errors
            take_errors(form, Invalid({"value": [problem]}) if isinstance(problem, Problem) else error)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            if waits:
                return proposed(request, waits)
            messages.success(request, gettext("Saved."))
            return redirect("settings")
    context = {"form": form, "line": line, "who": WHO[line.changed_by], "needs_second": needs_second}
    return render(request, "settings/setting.html", context, status=422 if form.errors else 200)


def _shown(line: SettingLine, may: frozenset[ChangedBy], *, by_two: bool) -> dict[str, Any]:
    prefix = line.name.partition(".")[0]
    unproposable = line.secret and by_two and line.changed_by is ChangedBy.OFFICERS
    return {
        "name": line.name,
        "group": prefix if prefix in GROUPS else "",
        "description": line.description,
        "value": line.value,
        "secret": line.secret,
        "who": WHO[line.changed_by] if line.changed_by else _("Cannot be changed while the hub is running"),
        "may_change": line.changed_by in may and not unproposable,
    }
