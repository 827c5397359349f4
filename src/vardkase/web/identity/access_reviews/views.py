"""Access reviews: confirm or disable each account, and earlier answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.identity.access_reviews import services
from vardkase.identity.access_reviews.models import ReviewAnswer
from vardkase.identity.access_reviews.queries import (
    accounts_of,
    find_review,
    may_review,
    may_see_reviews,
    open_review_of,
    reviews_of,
    switched_off,
    unanswered,
)
from vardkase.identity.accounts.services import switch_field
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import find_organisation
from vardkase.web.identity.sign_in_policy.labels import ANSWERS
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page

SHOWN = 200


@page()
def index(request: PageRequest, pk: int) -> HttpResponse:
    organisation = _seen(request, pk)
    context = {
        "organisation": organisation,
        "open_review": open_review_of(pk),
        "off": switched_off(request.actor, pk)[:SHOWN],
        "may_review": may_review(request.actor, pk),
        **listed(request, reviews_of(request.actor, pk), {"pk"}, "-pk"),
    }
    return render(request, "access_reviews/index.html", context)


@page()
def view(request: PageRequest, pk: int, review: int) -> HttpResponse:
    access_review = find_review(request.actor, review)
    if access_review.org_id != pk:
        raise NotFound
    context = {
        "organisation": access_review.org,
        "review": access_review,
        "answers": ANSWERS,
        "left": unanswered(access_review).count() if not access_review.closed else 0,
        "may_review": may_review(request.actor, pk) and not access_review.closed,
    }
    if access_review.closed:
        context |= listed(request, ReviewAnswer.objects.filter(review=access_review), {"email"}, "email")
        return render(request, "access_reviews/review_closed.html", context)
    context |= listed(request, accounts_of(access_review), {"email", "pk"}, "email")
    return render(request, "access_reviews/review.html", context)


@require_POST
@page()
def answer(request: PageRequest, pk: int, review: int) -> HttpResponse:
    access_review = find_review(request.actor, review)
    chosen = None if posted.flag(request, "all") else posted.numbers(request, "pk")
    kind = posted.text(request, "answer")
    # None stands for every account, so an empty choice must not be taken for that.
    if chosen == []:
        messages.error(request, gettext("Select one or more accounts first."))
        return redirect("access_review", pk, review)
    with errors_shown_as_message(request):
        count = services.answer_for(request.actor, access_review, chosen, kind)
        if kind == ReviewAnswer.Kind.CONFIRMED:
            message = ngettext("%(count)s account confirmed.", "%(count)s accounts confirmed.", count)
        else:
            message = ngettext("%(count)s account disabled.", "%(count)s accounts disabled.", count)
        messages.success(request, message % {"count": count})
    return redirect("access_review", pk, review)


@require_POST
@page()
def begin(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        review = services.open_review(request.actor, _seen(request, pk))
        return redirect("access_review", pk, review.pk)
    return redirect("access_reviews", pk)


@require_POST
@page(writes=True)
def bring_back(request: PageRequest, pk: int, user: int) -> HttpResponse:
    with errors_shown_as_message(request):
        switch_field(request.actor, [user], "disabled", False)
        messages.success(request, gettext("The account has been enabled."))
    return redirect("access_reviews", pk)


def _seen(request: PageRequest, pk: int) -> Organisation:
    if not may_see_reviews(request.actor, pk):
        raise NotFound
    return find_organisation(pk)
