"""Theme and language switches: plain forms that work without JavaScript and before sign-in."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.profiles import EVERY
from vardkase.identity.accounts import preferences
from vardkase.identity.accounts.models import User
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import public_page

PROFILES = EVERY

YEAR = 365 * 24 * 60 * 60
THEME_COOKIE = "vardkase_theme"


@public_page
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    theme = posted.text(request, "theme")
    if theme not in preferences.THEMES:
        return _refused(preferences.THEMES)
    if isinstance(request.user, User):
        preferences.set_theme(request.user, theme)
    return _back(request, THEME_COOKIE, theme)


@public_page
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = posted.text(request, "language")
    languages = [code for code, _ in settings.LANGUAGES]
    if language not in languages:
        return _refused(languages)
    if isinstance(request.user, User):
        preferences.set_language(request.user, language)
    return _back(request, settings.LANGUAGE_COOKIE_NAME, language)


def _refused(choices: Collection[str]) -> HttpResponseBadRequest:
    message = gettext("Choose one of: %(choices)s") % {"choices": ", ".join(choices)}
    return HttpResponseBadRequest(message, content_type="text/plain; charset=utf-8")


def _back(request: HttpRequest, cookie: str, choice: str) -> HttpResponse:
    target = posted.text(request, "next", "/")
    # `next` comes from the browser: an open redirect unless it stays on this host.
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    return _remember(HttpResponseRedirect(target), cookie, choice)


def remember_looks(response: HttpResponse, language: str, theme: str) -> HttpResponse:
    return _remember(_remember(response, settings.LANGUAGE_COOKIE_NAME, language), THEME_COOKIE, theme)


def _remember(response: HttpResponse, cookie: str, choice: str) -> HttpResponse:
    response.set_cookie(
        cookie, choice, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response
