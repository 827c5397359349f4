"""The modules of the module server: which may be used, by whom, and with which settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound, VardkaseError
from vardkase.core.settings import stored_values
from vardkase.exchange.modules.errors import ModulesUnreachable
from vardkase.exchange.modules.problems import ModuleProblem
from vardkase.exchange.modules.server import Module, ModuleKind, modules
from vardkase.exchange.modules.settings import ENABLED, SECRET
from vardkase.hub.instance.authority import changeable_by
from vardkase.hub.instance.settings import change_setting
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.web.exchange.modules.forms import ModuleForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.pages import PageRequest, page

KIND_NAMES = {
    ModuleKind.EXPANSION: _("Enrichment (expansion)"),
    ModuleKind.HOVER: _("Enrichment on request (hover)"),
    ModuleKind.IMPORT: _("Import (import)"),
    ModuleKind.EXPORT: _("Export (export)"),
}
"""Each with MISP's word for it, which the documentation of modules has."""


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    found, problem = [], ""
    try:
        found = modules()
    except ModulesUnreachable as unreachable:
        problem = str(unreachable)
    values = stored_values("Plugin.")
    restricted = {int(value) for name, value in values.items() if name.endswith("_restrict") and value}
    names = dict(Organisation.objects.filter(pk__in=restricted).values_list("pk", "name"))
    searched = request.GET.get("q", "").strip()
    may = changeable_by(request.actor)
    rows: list[dict[str, Any]] = [
        {
            "module": module,
            "kinds": [name for kind, name in KIND_NAMES.items() if kind in module.kinds],
            "description": _description(module),
            "enabled": bool(values.get(f"{_start(module)}_enabled")),
            "only": names.get(values.get(f"{_start(module)}_restrict") or 0, ""),
        }
        for module in found
        if module.kinds and searched.casefold() in f"{module.name} {_description(module)}".casefold()
    ]
    rows.sort(key=lambda row: (not row["enabled"], row["module"].name))
    context = {
        "rows": rows,
        "problem": problem,
        "q": searched,
        "kinds": [
            (KIND_NAMES[kind], setting.name, setting.value, setting.changed_by in may)
            for kind, setting in ENABLED.items()
        ],
    }
    return render(request, "modules/index.html", context)


@page(Permission.SITE_ADMIN, writes=True, confirmed=True, resume=False)
def edit(request: PageRequest, name: str) -> HttpResponse:
    try:
        module = next((each for each in modules() if each.name == name and each.kinds), None)
    except ModulesUnreachable:
        return redirect("modules")  # Which says that the module server cannot be reached.
    if module is None:
        raise NotFound(ModuleProblem.NOT_ENABLED())
    start = _start(module)
    values = stored_values(f"{start}_")
    own = {
        each: (str(values.get(f"{start}_{each}") or ""), SECRET.search(each) is not None)
        for each in module.configuration
    }
    initial = {
        "enabled": bool(values.get(f"{start}_enabled")),
        "restrict": values.get(f"{start}_restrict") or 0,
    }
    form = ModuleForm(request.POST if request.method == "POST" else None, settings=own, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            for changed, value in _changes(form, own):
                change_setting(request.actor, f"{start}_{changed}", value)
        except VardkaseError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("modules")
    return edit_page(
        request, form, module.name, [(gettext("Modules"), reverse("modules"))], intro=_description(module)
    )


def _changes(form: ModuleForm, own: dict[str, tuple[str, bool]]) -> list[tuple[str, Any]]:
    data = form.cleaned_data
    changed: list[tuple[str, Any]] = [
        (name.removeprefix("own_"), data[name])
        for name in form.changed_data
        if name.startswith("own_") and (data[name] or not own[name.removeprefix("own_")][1])
    ]
    # Last, so that a module is switched on with its settings in place.
    return changed + [(name, data[name]) for name in ("restrict", "enabled") if name in form.changed_data]


def _start(module: Module) -> str:
    return f"Plugin.{module.prefix}_{module.name}"


def _description(module: Module) -> str:
    meta = module.description.get("meta")
    return str(meta.get("description") or "")[:500] if isinstance(meta, dict) else ""
