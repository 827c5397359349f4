"""MISP page URLs that do not exist here: anonymous users are redirected to sign-in, as in MISP."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from vardkase.hub.profiles import EVERY
from vardkase.web.ui.pages import public_page

PROFILES = EVERY

LOGIN, LOGGED_IN = "users/login", "users/checkIfLoggedIn"


def elsewhere(controllers: Collection[str]) -> Callable[..., HttpResponseBase]:
    """The view for every path below one of MISP's `controllers` (compared without case and underscores)."""

    @public_page
    def misp_page(request: HttpRequest, controller: str) -> HttpResponse:
        if controller.lower().replace("_", "") not in controllers:
            raise Http404
        if not request.user.is_authenticated:
            return redirect(settings.LOGIN_URL)
        path = request.path_info.strip("/")
        if path == LOGIN:
            return redirect("home")
        if path == LOGGED_IN:
            return HttpResponse("OK", content_type="text/plain")
        raise Http404

    return misp_page
