"""Hub side of enrolment: a code for an organisation, shown once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vardkase.hub.enrolment import codes
from vardkase.hub.profiles import Profile
from vardkase.web.ui.pages import PageRequest, page

PROFILES = Profile.HUB


@never_cache
@require_POST
@page(writes=True, staff=codes.MAKERS)
def make(request: PageRequest, pk: int) -> HttpResponse:
    row, code = codes.make_code(request.actor, pk)
    return render(request, "enrolment/code.html", {"row": row, "code": code})
