"""Personal data in the proposals, notes and opinions of the reader's organisation, and its answers."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.personal_data.answers import (
    AnsweredMarks,
    deny_offence,
    state_necessity,
    take_back_answer,
    take_back_denial,
)
from vardkase.intel.personal_data.contributions import (
    MarkedContribution,
    MarksOfContribution,
    find_contribution,
    marked_contributions,
    replace_in_own,
    undo_in_own,
)
from vardkase.intel.personal_data.replacing import Replacement
from vardkase.web.intel.personal_data import answering
from vardkase.web.intel.personal_data.answering import (
    HEADINGS,
    AnswerPage,
    NecessityForm,
    NotOffenceForm,
    answer_page,
)
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import wanted_size, with_query
from vardkase.web.ui.undo import say_with_undo

LARGEST_PAGE = 100_000


@page(Permission.ADD)
def contributions(request: PageRequest) -> HttpResponse:
    text, size = request.GET.get("page", ""), wanted_size(request)
    number = int(text) if text.isdecimal() and 0 < int(text[:9]) <= LARGEST_PAGE else 1
    rows = marked_contributions(request.actor, start=(number - 1) * size, most=size)
    context = {
        "rows": rows[:size],
        "newer": with_query(request, page=str(number - 1)) if number > 1 else "",
        "older": with_query(request, page=str(number + 1)) if len(rows) > size else "",
        "may_set": request.actor.may(Permission.ADMIN),
    }
    return render(request, "personal_data/contributions.html", context)


@page(Permission.ADD, writes=True)
def necessity(request: PageRequest, place: str, part: int) -> HttpResponse:
    return _answer(
        request,
        place,
        part,
        NecessityForm,
        state_necessity,
        "own_personal_data_take_back",
        gettext("Explain why the personal data are needed"),
        gettext(
            "Share personal data only if the recipients need them. Otherwise go back, and remove or replace them. The "
            "answer is logged."
        ),
    )


@page(Permission.ADD, writes=True)
def not_offence(request: PageRequest, place: str, part: int) -> HttpResponse:
    return _answer(
        request,
        place,
        part,
        NotOffenceForm,
        deny_offence,
        "own_personal_data_suspect_again",
        gettext("State that the personal data do not concern an offence"),
        gettext(
            "Data about someone who is suspected or convicted of a crime are withheld from organisations "
            "without a legal ground (GDPR, article 10). Your answer makes the text readable to them at once. A "
            "suspicion is enough for the data to concern an offence. The answer and your reason are logged."
        ),
    )


@page(Permission.ADD, writes=True)
@require_POST
def take_back(request: PageRequest, place: str, part: int) -> HttpResponse:
    return _take_back(request, lambda: take_back_answer(request.actor, MarksOfContribution(place, part)))


@page(Permission.ADD, writes=True)
@require_POST
def suspect_again(request: PageRequest, place: str, part: int) -> HttpResponse:
    return _take_back(request, lambda: take_back_denial(request.actor, MarksOfContribution(place, part)))


@page(Permission.ADD, writes=True)
@require_POST
def undo(request: PageRequest) -> HttpResponse:
    point = posted.text(request, "point")
    number = int(point) if point.isdecimal() and len(point) < 19 else 0
    return _take_back(request, lambda: undo_in_own(request.actor, number))


@page(Permission.ADD, writes=True)
def replace(request: PageRequest, place: str, part: int, way: str) -> HttpResponse:
    """Asks first, and can be undone."""
    if way not in Replacement.values:
        raise NotFound
    found = find_contribution(request.actor, place, part)
    if request.method == "POST":
        try:
            point = replace_in_own(request.actor, place, part, way)
        except (Conflict, Forbidden, Invalid) as refused:
            messages.error(request, str(refused))
        else:
            said = gettext("The personal data have been replaced.")
            if way == Replacement.REMOVAL:
                said = gettext("The personal data have been removed.")
            say_with_undo(request, said, "own_personal_data_undo", point=str(point))
        return redirect("own_personal_data")
    effect = gettext("Each detail is replaced by a code.")
    if way == Replacement.REMOVAL:
        effect = gettext("Each detail is cut out of the text.")
    if found.place == "proposal":
        effect += " " + gettext("Other hubs that have received the proposal keep it as it was.")
    return confirm_page(
        request,
        str(HEADINGS[Replacement(way)]),
        _crumbs(),
        effect,
        things=_things(found),
        act=str(Replacement(way).label),
        deletes=way == Replacement.REMOVAL,
    )


def _answer(
    request: PageRequest,
    place: str,
    part: int,
    of_class: type[forms.Form],
    service: Callable[[Actor, AnsweredMarks, str], int],
    undoing: str,
    title: str,
    intro: str,
) -> HttpResponse:
    found = find_contribution(request.actor, place, part)
    shown = AnswerPage(
        title, intro, _crumbs(), _things(found), reverse("own_personal_data"), undoing, (place, part)
    )
    return answer_page(
        request,
        of_class,
        lambda reason: service(request.actor, MarksOfContribution(place, part), reason),
        shown,
    )


def _take_back(request: PageRequest, act: Callable[[], object]) -> HttpResponse:
    return answering.take_back(request, act, reverse("own_personal_data"))


def _crumbs() -> list[tuple[str, str]]:
    return [
        (gettext("Events"), reverse("events")),
        (gettext("Personal data in our contributions"), reverse("own_personal_data")),
    ]


def _things(found: MarkedContribution) -> list[str]:
    count = ngettext("%(n)s detail", "%(n)s details", found.count) % {"n": thin(found.count)}
    return [f"{found.place.label}: {count} ({', '.join(found.kind_labels)})", *found.texts]
