"""Identifies the application by the private link's token in a cookie, so that no URL, log or Referer contains it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.hub.membership.applications.access import Applicant, find_link, link_address
from vardkase.hub.membership.applications.models import Application, ApplicationLink, ApplicationState
from vardkase.hub.membership.applications.throttle import RateLimited
from vardkase.hub.membership.questionnaire.steps import REVIEW, STEPS
from vardkase.hub.public_pages.passages import PassagePart
from vardkase.hub.public_pages.queries import passages, read_by_visitors
from vardkase.web.hub.public_pages.front import url_if_any
from vardkase.web.ui.forms import posted
from vardkase.web.ui.markdown import rendered_by_owner
from vardkase.web.ui.pages import public_page, refusal_page
from vardkase.web.ui.private_links import OWN_LINK
from vardkase.web.ui.sent_once import handled_once


class ApplicantRequest(HttpRequest):
    link: ApplicationLink
    application: Application
    applicant: Applicant


type OpenView[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]
type ApplicantView[**P] = Callable[Concatenate[ApplicantRequest, P], HttpResponse]


def open_page[**P](view: OpenView[P]) -> OpenView[P]:
    @wraps(view)
    def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except RateLimited as error:
            response = render(request, "applications/too_often.html", page(request), status=429)
            response["Retry-After"] = str(error.wait)
        response["Cache-Control"] = "no-store"
        return response

    public_page(cast(OpenView[P], opened))
    return cast(OpenView[P], opened)


def applicant_page[**P](view: ApplicantView[P]) -> OpenView[P]:
    """Declare a page for holders of a private link; others see how to get one."""

    @wraps(view)
    def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        link = own_link(request)
        if link is None:
            return no_link(request)
        request.link, request.application = link, link.application  # type: ignore[attr-defined]
        request.applicant = applicant_of(link.application, request)  # type: ignore[attr-defined]
        # The browser keeps one private link: this form was opened for another application.
        if request.method == "POST" and posted.text(request, "application") != link.application.number:
            return render(request, "applications/another.html", page(request), status=409)
        try:
            return handled_once(request, lambda: view(request, *args, **kwargs))  # type: ignore[arg-type,return-value]
        except Conflict as error:
            return refusal_page(request, error)
        except (NotFound, Forbidden) as error:
            raise Http404(str(error)) from error

    return open_page(cast(OpenView[P], opened))


def own_link(request: HttpRequest) -> ApplicationLink | None:
    try:
        return find_link(request.COOKIES.get(OWN_LINK.cookie, ""))
    except NotFound:
        return None


def applicant_of(application: Application, request: HttpRequest) -> Applicant:
    return Applicant(application.pk, application.email, getattr(request, "client_address", None))


def no_link(request: HttpRequest) -> HttpResponse:
    response = render(
        request, "applications/no_link.html", page(request, invited="invited" in request.GET), status=404
    )
    return OWN_LINK.forget(response)


def page(request: HttpRequest, **more: Any) -> dict[str, Any]:
    language = getattr(request, "LANGUAGE_CODE", "sv")
    texts = [
        passage
        for passage in passages()
        if passage.shown and passage.part in (PassagePart.FOOT, PassagePart.HELP)
    ]
    context = {
        "foot": [
            read_by_visitors(passage, language) for passage in texts if passage.part == PassagePart.FOOT
        ],
        "help": [
            {"title": text.title, "lead": text.lead, "html": rendered_by_owner(text.text)}
            for passage in texts
            if passage.part == PassagePart.HELP
            for text in [read_by_visitors(passage, language)]
        ],
        "support_url": url_if_any("support_public") or url_if_any("support_ask"),
        "status_url": url_if_any("status"),
        **more,
    }
    link: ApplicationLink | None = getattr(request, "link", None)
    if link is not None:
        address = link_address(request.COOKIES[OWN_LINK.cookie])
        context |= {
            "application": link.application,
            "link_expires": link.expires,
            "link_address": address if settings.BASE_URL else request.build_absolute_uri(address),
        }
    return context


def home_of(application: Application) -> str:
    if application.state != ApplicationState.DRAFT:
        return reverse("apply_status")
    todo = [step.name for step in STEPS if step.name not in application.saved]
    return reverse("apply_step", args=[todo[0]]) if todo else reverse("apply_review")


def stepper_items(application: Application, current: str) -> list[dict[str, str]]:
    items = []
    for step in STEPS:
        state = "now" if step.name == current else "done" if step.name in application.saved else "coming"
        url = "" if state == "now" else reverse("apply_step", args=[step.name])
        items.append({"label": str(step.short), "state": state, "url": url})
    is_review = current == REVIEW
    items.append(
        {
            "label": gettext("Review"),
            "state": "now" if is_review else "coming",
            "url": "" if is_review else reverse("apply_review"),
        }
    )
    return items


def to_home(application: Application) -> HttpResponse:
    return redirect(home_of(application))
