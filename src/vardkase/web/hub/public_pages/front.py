"""The hub's public front page and guide, for users without an account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language

from vardkase.hub.membership.phases.queries import phases
from vardkase.hub.membership.phases.rules import PhaseProgress
from vardkase.hub.profiles import Profile, profile
from vardkase.hub.public_pages import queries
from vardkase.hub.public_pages.passages import PassagePart
from vardkase.web.ui.markdown import rendered_by_owner
from vardkase.web.ui.pages import public_page

LONGEST_SEARCH = 200


def for_visitors(request: HttpRequest) -> HttpResponseBase:
    if profile() is not Profile.HUB:
        return redirect_to_login(request.get_full_path())
    return front(request)


@public_page
def front(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH]
    language = get_language() or "sv"
    parts = words_by_part(language)
    matching = {question.name for question in queries.questions(language, text)}
    stages = phases(timezone.now())
    # Phases by invitation are named only if no other is open.
    admitting = [stage for stage in stages if stage.state is PhaseProgress.OPEN]
    without_invitation = [stage for stage in admitting if not stage.by_invitation]
    context = {
        **parts,
        "question": [question for question in parts["question"] if question["name"] in matching],
        "searched": text,
        "phases": stages,
        "open_to": ", ".join(stage.title.lower() for stage in without_invitation or admitting),
        "changed": queries.last_changed(),
        "apply_url": url_if_any("apply"),
        "support_url": url_if_any("support_ask"),
        "records_url": url_if_any("records_ask"),
        **words_at_the_foot(),
    }
    return render(request, "public_pages/front.html", context)


@public_page
def steps(request: HttpRequest) -> HttpResponse:
    context = {
        **words_by_part(get_language() or "sv"),
        "apply_url": url_if_any("apply"),
        **words_at_the_foot(),
    }
    return render(request, "public_pages/steps.html", context)


def words_by_part(language: str) -> dict[str, list[dict[str, Any]]]:
    by_part: dict[str, list[dict[str, Any]]] = {part.value: [] for part in PassagePart}
    for passage in queries.passages():
        if passage.shown:
            text = queries.read_by_visitors(passage, language)
            by_part[passage.part].append(
                {
                    "name": passage.name,
                    "title": text.title,
                    "lead": text.lead,
                    "html": rendered_by_owner(text.text),
                }
            )
    return by_part


def url_if_any(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def words_at_the_foot() -> dict[str, Any]:
    language = get_language() or "sv"
    foot = [queries.read_by_visitors(passage, language) for passage in queries.shown(PassagePart.FOOT)]
    return {"foot": foot, "status_url": url_if_any("status")}
