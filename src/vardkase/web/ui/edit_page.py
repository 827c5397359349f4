"""Whole pages for a form and for the confirmation of a deletion, where nothing but the wording differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from vardkase.web.ui.forms.reach import ReachForm, reach_counts
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.picker_views import searched_for

type Crumb = tuple[str, str]
"""The label of a page above this one, and its address."""


def edit_page(
    request: PageRequest,
    form: Form,
    heading: str,
    parents: Sequence[Crumb],
    *,
    save: str = "",
    intro: str = "",
    things: Sequence[str] = (),
    find_url: str = "",
    version: ShownVersion | None = None,
) -> HttpResponse:
    """`things` names what the form is about; `find_url`: where the form's pickers search; `version`: of what it
    changes.
    """
    context: dict[str, Any] = {
        "form": form,
        "heading": heading,
        "crumbs": _crumbs(parents, heading),
        "back": parents[-1][1],
        "save": save or gettext("Save"),
        "intro": intro,
        "things": things,
        "find_url": find_url,
        "version": version,
        **searched_for(request),
    }
    if isinstance(form, ReachForm):
        context |= {"counts": reach_counts(request.actor), "groups": form.groups}
    status = version.status(form) if version else 422 if form.errors else 200
    return render(request, "edit_page.html", context, status=status)


def builder_texts(heading: str, parents: Sequence[Crumb]) -> dict[str, Any]:
    """What every page that extends builder_page.html has in its frame."""
    return {
        "heading": heading,
        "crumbs": _crumbs(parents, heading),
        "back": parents[-1][1],
        "save": gettext("Save"),
    }


def confirm_page(
    request: PageRequest,
    heading: str,
    parents: Sequence[Crumb],
    words: str,
    *,
    fields: Iterable[tuple[str, object]] = (),
    things: Sequence[str] = (),
    act: str = "",
    deletes: bool = True,
) -> HttpResponse:
    """`fields` are sent with the confirmation; `things` names what it is about; `act` is on the button; `deletes`:
    whether it shows so."""
    act = act or heading
    context = {
        "heading": heading,
        "act": act,
        "crumbs": _crumbs(parents, act),
        "back": parents[-1][1],
        "words": words,
        "fields": fields,
        "things": things,
        "deletes": deletes,
    }
    return render(request, "confirm_page.html", context)


def _crumbs(parents: Sequence[Crumb], here: str) -> list[dict[str, str]]:
    return [*({"label": label, "url": url} for label, url in parents), {"label": here, "url": ""}]
