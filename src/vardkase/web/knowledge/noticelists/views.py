"""Noticelists: what to think of before certain types, categories and tags are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.noticelists import queries, services
from vardkase.web.knowledge.library import back_to_list
from vardkase.web.ui.chips import REACHES
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page

FIELDS = {"category": _("Category"), "distribution": _("Distribution"), "type": _("Type")}
"""What the fields that a notice is for are called; others are shown as they are."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`fields` and `values`: where it applies, such as category and its names."""

    message: str
    fields: list[str]
    values: list[str]
    tags: list[str]


@page()
def index(request: PageRequest) -> HttpResponse:
    rows = queries.all_noticelists().annotate(notices=Count("entries"))
    context = {"rows": rows, "may_switch": _may_switch(request)}
    return render(request, "noticelists/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    noticelist = queries.find_noticelist(pk)
    context = {
        "noticelist": noticelist,
        "notices": [_notice(entry.data) for entry in noticelist.entries.order_by("pk")],
        "may_switch": _may_switch(request),
    }
    return render(request, "noticelists/noticelist.html", context)


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def switch(request: PageRequest, pk: int, enabled: bool) -> HttpResponse:
    changed = services.set_enabled(request.actor, pk, enabled=enabled)
    said = gettext("%(name)s is enabled.") if enabled else gettext("%(name)s is disabled.")
    messages.success(request, said % {"name": changed.name})
    if posted.text(request, "back") == "view":
        return redirect("noticelist", pk)
    return back_to_list(request, "noticelists", f"row-{pk}")


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def update(request: PageRequest) -> HttpResponse:
    updated = services.update_noticelists(request.actor).updated
    said = ngettext("%(n)s noticelist was updated.", "%(n)s noticelists were updated.", updated)
    messages.success(
        request, said % {"n": thin(updated)} if updated else gettext("All noticelists are up to date.")
    )
    return redirect("noticelists")


def _notice(data: Mapping[str, Any]) -> Notice:
    words = data.get("message")
    texts = words if isinstance(words, dict) else {"en": words}
    language = (get_language() or "en")[:2]
    text = texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
    fields, values = _texts(data, "field"), _texts(data, "value")
    if fields == ["distribution"]:
        values = [str(REACHES.get(int(value), value)) if value.isdecimal() else value for value in values]
    named = [str(FIELDS.get(name, name)) for name in fields]
    return Notice(str(text or ""), named, values, _texts(data, "tags"))


def _texts(data: Mapping[str, Any], name: str) -> list[str]:
    value = data.get(name) or []
    return list(map(str, value if isinstance(value, list) else [value]))


def _may_switch(request: PageRequest) -> bool:
    return request.actor.is_site_admin and request.actor.may_write
