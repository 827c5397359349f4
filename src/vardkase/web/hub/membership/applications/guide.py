"""The six-step guide for holders of a private link: the applicant's progress, and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.hub.guide.providers import of_applicant
from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.questionnaire.steps import BY_NAME
from vardkase.web.hub.guide.views import steps_shown
from vardkase.web.hub.membership.applications.current_application import (
    ApplicantRequest,
    applicant_page,
    page,
)
from vardkase.web.hub.public_pages.front import url_if_any

OPEN = (ApplicationState.DRAFT, ApplicationState.COMPLETION_REQUESTED)


@applicant_page
def index(request: ApplicantRequest) -> HttpResponse:
    application = request.application
    steps = steps_shown(of_applicant(application), _links(application))
    context = page(request, steps=steps, is_sent=application.submitted is not None)
    return render(request, "applications/guide.html", context)


def _links(application: Application) -> Mapping[str, list[tuple[str, Any]]]:
    label: str | Promise = (
        _("The application") if application.state in OPEN else _("Status of the application")
    )
    links: dict[str, list[tuple[str, Any]]] = {
        "read": [(reverse("public"), _("Questions and answers"))],
        "apply": [(reverse("apply_status"), label)],
    }
    if application.state in OPEN:
        links |= {
            "needs": [(reverse("apply_step", args=["needs"]), BY_NAME["needs"].short)],
            "terms": [(reverse("apply_step", args=["terms"]), BY_NAME["terms"].short)],
        }
    if support := url_if_any("support_ask"):
        links["connect"] = [(support, _("Support"))]
    return links
