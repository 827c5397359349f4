"""The six steps with what the product does for each, and how far the reader's organisation is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vardkase.hub import guide
from vardkase.web.navigation import address_of
from vardkase.web.pages import PageRequest, page
from vardkase.web.views.public.front import words_by_part

HELP: Mapping[str, tuple[str | Promise, tuple[tuple[str, str | Promise], ...]]] = {
    "read": (
        _("Every page explains itself, and the design of the API is described with examples."),
        (("public", _("Questions and answers")), ("api_docs", _("About the API"))),
    ),
    "needs": (
        _("The self-analysis of the application suggests how to connect, with the reasons."),
        (("apply", _("The application")),),
    ),
    "terms": (
        _("The terms are here in every version, and your signatory accepts them here."),
        (("membership", _("Membership and statement")),),
    ),
    "apply": (
        _("The application is a form in steps that you can leave and come back to."),
        (("apply", _("The application")),),
    ),
    "connect": (
        _(
            "A checklist shows what is left. Keys are bound to addresses, and customer service sees your connection."
        ),
        (("account", _("Your account and keys")), ("users", _("Users and keys")), ("support", _("Support"))),
    ),
    "routines": (
        _("Your policy is written as rules: it is a document to read, and it is followed at every way out."),
        (("sharing_policy", _("Sharing policy")), ("own_contacts", _("Contacts"))),
    ),
}


@page()
def index(request: PageRequest) -> HttpResponse:
    """Every step, in order."""
    texts = {each["name"]: each for each in words_by_part(get_language() or "sv")["step"]}
    far = guide.progress(request.actor.organisation_id)
    steps = [
        _step(number, name, texts[name], far[name])
        for number, name in enumerate(guide.STEPS, 1)
        if name in texts
    ]
    return render(request, "guide/index.html", {"steps": steps})


def _step(number: int, name: str, text: Mapping[str, Any], far: list[guide.Progress]) -> dict[str, Any]:
    helps, links = HELP[name]
    return {
        "number": number,
        "text": text,
        "helps": helps,
        "links": [(url, label) for view, label in links if (url := address_of(view))],
        "progress": [(each, address_of(each.view) if each.view else "") for each in far],
        "is_done": bool(far) and all(each.done for each in far),
    }
