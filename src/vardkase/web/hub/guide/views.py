"""The six steps of the guide with the product's functions for each, and the organisation's progress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vardkase.hub import guide
from vardkase.hub.membership.members.queries import connection_of
from vardkase.web.hub.public_pages.front import words_by_part
from vardkase.web.ui.navigation import address_of
from vardkase.web.ui.pages import PageRequest, page

HELP: Mapping[str, tuple[str | Promise, tuple[tuple[str, str | Promise], ...]]] = {
    "read": (
        _("Every page has help texts, and the API is documented with examples."),
        (("public", _("Questions and answers")), ("api_docs", _("About the API"))),
    ),
    "needs": (
        _("The self-analysis in the application suggests how to connect, and why."),
        (("apply", _("The application")),),
    ),
    "terms": (
        _("Every version of the terms is published here. Your signatory also accepts them here."),
        (("terms", _("Terms")), ("membership", _("Membership"))),
    ),
    "apply": (
        _("The application is a form in steps. You can leave it and come back later."),
        (("apply", _("The application")),),
    ),
    "connect": (
        _(
            "A checklist shows what remains. Keys are bound to addresses, and support can see your "
            "connection."
        ),
        (("account", _("Your account and keys")), ("users", _("Users and keys")), ("support", _("Support"))),
    ),
    "routines": (
        _(
            "Your policy is written as rules. It becomes a document that people can read, and it is "
            "enforced wherever information leaves your organisation."
        ),
        (("sharing_policy", _("Sharing policy")), ("own_contacts", _("Contacts"))),
    ),
}

OF_APPLICANTS = frozenset({"needs", "apply"})
"""Steps whose pages are for those who are no members yet."""


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    is_member = bool(connection_of(request.actor.organisation_id))
    links = {
        name: [(url, label) for view, label in is_offered if (url := address_of(view))]
        for name, (_helps, is_offered) in HELP.items()
        if not (is_member and name in OF_APPLICANTS)
    }
    steps = steps_shown(guide.progress(request.actor.organisation_id), links)
    return render(request, "guide/index.html", {"steps": steps})


def steps_shown(
    far: Mapping[str, list[guide.Progress]], links: Mapping[str, list[tuple[str, Any]]]
) -> list[dict[str, Any]]:
    texts = {passage["name"]: passage for passage in words_by_part(get_language() or "sv")["step"]}
    return [
        {
            "number": number,
            "text": texts[name],
            "helps": HELP[name][0],
            "links": links.get(name, []),
            "progress": [(step, address_of(step.view) if step.view else "") for step in far[name]],
            "is_done": bool(far[name]) and all(step.done for step in far[name]),
        }
        for number, name in enumerate(guide.STEPS, 1)
        if name in texts
    ]
