"""Noticelists: what to think of before certain types, categories and tags are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.noticelists import queries, services
from vardkase.knowledge.noticelists.notices import message_of, notices_about, texts_of
from vardkase.web.knowledge.library import back_to_list
from vardkase.web.knowledge.noticelists.template_tags import current_language
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
    language: str
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


@page()
def about(request: PageRequest) -> HttpResponse:
    """The notices about a type and a category, for a form where they are chosen."""
    kind, category = request.GET.get("type", ""), request.GET.get("category", "")
    found = notices_about(kind, category, current_language())
    return render(request, "noticelists/about.html", {"notices": found})


def _notice(data: Mapping[str, Any]) -> Notice:
    text, language = message_of(data, current_language())
    fields, values = texts_of(data, "field"), texts_of(data, "value")
    if fields == ["distribution"]:
        values = [str(REACHES.get(int(value), value)) if value.isdecimal() else value for value in values]
    named = [str(FIELDS.get(name, name)) for name in fields]
    return Notice(text, language, named, values, texts_of(data, "tags"))


def _may_switch(request: PageRequest) -> bool:
    return request.actor.is_site_admin and request.actor.may_write
