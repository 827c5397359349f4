"""Middleware for all pages: language, sign-in, second factor, and a declared permission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from vardkase.core.body_limits import NO_ROOM, RETRY_AFTER, BodyLimits, Sender, WantedBody
from vardkase.core.client_disconnect import CLIENT_GONE, has_left
from vardkase.core.errors import NotFound
from vardkase.core.outages import took_too_long
from vardkase.core.settings.instance import LIVE, MAINTENANCE_MESSAGE
from vardkase.hub.membership.applications.access import find_link
from vardkase.hub.profiles import is_available
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.access.problems import AccessProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.rules import has_given_password
from vardkase.identity.organisations.models import SignInRule
from vardkase.identity.organisations.standing import is_shut_out, refusal
from vardkase.web.sign_in.sessions import end_sessions, end_this_session
from vardkase.web.sign_in.sign_in_methods import SignInMethods, is_too_old, means_of
from vardkase.web.sign_in.sign_in_policy import refusal_page
from vardkase.web.sign_in.step_up import REAUTHENTICATION_VIEWS, ask_to_confirm, may_change_password
from vardkase.web.ui.pages import PUBLIC, standing_page
from vardkase.web.ui.private_links import COOKIE_PATH, OWN_LINK

type Handler = Callable[[HttpRequest], HttpResponse]

SIGN_IN_VIEWS = frozenset(
    {
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
"""allauth's own views before and during sign-in."""

LEAVING_VIEWS = frozenset({"account_inactive", "account_logout"})
"""What stays open to those whom their organisation's rules keep out."""

OWN_ACCOUNT_VIEWS = frozenset(
    {
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
    }
)
"""allauth's own views for a signed-in person's account; reachable before the second factor is set up."""


AUDITORS_OWN = (
    OWN_ACCOUNT_VIEWS
    | REAUTHENTICATION_VIEWS
    | {
        "account_edit",
        "account_end_session",
        "account_end_sessions",
        "account_key_create",
        "account_key_revoke",
        "account_looks",
    }
)
"""All that an auditor may write: what one signs in with, and what the pages look like to oneself."""

PRIVATE = "private, no-cache"
"""No cache on the way keeps a page of somebody, and the browser asks again. Not no-store: going back would lose what
was typed into a form."""
FOUND = 302
READING = frozenset({"GET", "HEAD", "OPTIONS"})
TOOK_TOO_LONG = gettext_noop("This takes too long for a page. Try with less at a time.")


class Language:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "") or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


FIRST_PASSWORD_VIEWS = frozenset({"account_change_password"})
"""All that is open to somebody whose password was given to them."""


def _page_above(path: str) -> str:
    """The nearest address above an action's: someone who reloads a refused form, or types its address, is
    asking for that page."""
    while path not in ("", "/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"


class SignedIn:
    """Default deny: passes a request only to a view whose declaration admits the user."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "has_no_room", False):
            refused = render(request, "refused.html", {"why": gettext(NO_ROOM)}, status=503)
            refused.headers["Retry-After"] = RETRY_AFTER
            return refused
        text = str(request.META.get("CONTENT_LENGTH") or "0")
        length = int(text) if text.isdecimal() else 0
        if length > BodyLimits.PUBLIC.bytes:
            limits = _limits(request)
            if length > limits.bytes:
                return HttpResponse(status=413)
            # The gateway has sent the head alone: it reads the body within these limits and then asks again.
            if getattr(request, "body_is_pending", False):
                request.wanted_body = WantedBody(limits, _sender(request))  # type: ignore[attr-defined]  # read by config.gateway
                return HttpResponse()
        response = self.get_response(request)
        if hasattr(request, "actor"):
            response.headers.setdefault("Cache-Control", PRIVATE)
        if request.method == "POST" and response.status_code == FOUND and _leaves(request):
            response.headers["Clear-Site-Data"] = '"cache"'
        if response.status_code == 405 and request.method == "GET" and not response.content:
            page = render(request, "405.html", {"form_page": _page_above(request.path_info)}, status=405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A query that was cancelled because the client left, or for taking too long, is no fault."""
        if has_left(request):
            return HttpResponse(status=CLIENT_GONE)
        if took_too_long(exception):
            refused = render(request, "refused.html", {"why": gettext(TOOK_TOO_LONG)}, status=503)
            refused.headers["Retry-After"] = RETRY_AFTER
            return refused
        return None

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not is_available(view):
            raise Http404
        # With its namespace, so that no other app can shadow one of allauth's.
        name = (request.resolver_match.view_name or "") if request.resolver_match else ""
        declared = getattr(view, "declared_permissions", None)
        user = request.user
        if declared is PUBLIC or name in LEAVING_VIEWS:
            return None
        if isinstance(user, User) and (refused := refusal_page(request, user)):
            return refused
        if name in REAUTHENTICATION_VIEWS and isinstance(user, User) and not user.force_logout:
            # What is confirmed there may be a request that goes on in the same view (`web.accounts.step_up`).
            return _admit(request, user, name, allowed_while_suspended=True)
        if name in SIGN_IN_VIEWS:
            return None
        # A view of a library that is not listed above is not reachable.
        if declared is None and name not in OWN_ACCOUNT_VIEWS:
            raise Http404
        if not isinstance(user, User):
            for_visitors = getattr(view, "for_visitors", None)
            return for_visitors(request) if for_visitors else redirect_to_login(request.get_full_path())
        if user.force_logout or is_too_old(request, user):
            return _leave(request, user)
        refused = _admit(
            request, user, name, allowed_while_suspended=getattr(view, "allowed_while_suspended", False)
        )
        if refused is None and name == "account_change_password" and not may_change_password(request, user):
            return ask_to_confirm(request, user, resume=False)
        return refused


def _leaves(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name == "account_logout"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An unknown address as the signed-in person sees it: with the search box and the navigation."""
    user = getattr(request, "user", None)
    if isinstance(user, User) and not user.force_logout and not hasattr(request, "actor"):
        _ = refusal_page(request, user) or _admit(request, user, "", allowed_while_suspended=True)
    return render(request, "404.html", status=404)


def _limits(request: HttpRequest) -> BodyLimits:
    if isinstance(request.user, User):
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return BodyLimits.PUBLIC
        declared: BodyLimits = getattr(view, "body_limits", BodyLimits.QUERY)
        return declared
    # Applicants have no account, but send evidence: who has a valid private link may send files.
    if not request.path_info.startswith(COOKIE_PATH) or OWN_LINK.cookie not in request.COOKIES:
        return BodyLimits.PUBLIC
    try:
        find_link(request.COOKIES[OWN_LINK.cookie])
    except NotFound:
        return BodyLimits.PUBLIC
    return BodyLimits.FILES


def _sender(request: HttpRequest) -> Sender:
    if isinstance(request.user, User):
        return Sender.organisation(request.user.org_id)
    return Sender.visitor(getattr(request, "client_address", None))


def _admit(
    request: HttpRequest, user: User, name: str, *, allowed_while_suspended: bool
) -> HttpResponse | None:
    """Attach the actor after any step that must come first (`sign_in_step` marks the step's own pages).

    Users of a suspended organisation reach only their own account and their membership.
    """
    # Maintenance: site administrators get in, since they are the ones to end it.
    if not user.role.perm_site_admin and not LIVE.value:
        return render(request, "503.html", {"why": MAINTENANCE_MESSAGE.value}, status=503)
    # Before the actor is attached: until the step is done, no page reads or writes as this user.
    step, allowed = _pending_step(user, means_of(request, user))
    if step and name not in allowed | REAUTHENTICATION_VIEWS:
        return redirect(step)
    request.sign_in_step = step  # type: ignore[attr-defined]
    address = getattr(request, "client_address", None)
    actor = actor_for(user, Credential.BROWSER, address=address)
    if actor.is_auditor and name in AUDITORS_OWN:
        actor = replace(actor, at_own_account=True)
    request.actor = actor  # type: ignore[attr-defined]
    if actor.is_auditor and request.method not in READING and not actor.at_own_account:
        return render(request, "refused.html", {"why": AccessProblem.AUDITOR_READS_ONLY()}, status=403)
    if is_shut_out(actor.standing) and not allowed_while_suspended and name not in OWN_ACCOUNT_VIEWS:
        return standing_page(request, str(refusal(actor.standing)))
    return None


def _pending_step(user: User, means: SignInMethods | None) -> tuple[str, frozenset[str]]:
    """The view that must come first, and everything that may be opened until it is done: a new password or a
    second factor.

    A password that the user has set is changed after the second factor, which the change requires.
    """
    has_to_change = user.change_pw and means is None
    if has_to_change and has_given_password(user):
        return "account_change_password", FIRST_PASSWORD_VIEWS
    by_provider = means is not None and means.second_factor
    if SignInRule.SECOND_FACTOR in user.org.required_sign_in:
        lacks_one = not by_provider
    else:
        lacks_one = settings.REQUIRE_SECOND_FACTOR and not (user.role.perm_skip_otp or by_provider)
    if lacks_one and not is_mfa_enabled(user):
        return "mfa_index", OWN_ACCOUNT_VIEWS
    if has_to_change:
        return "account_change_password", FIRST_PASSWORD_VIEWS
    return "", frozenset()


def _leave(request: HttpRequest, user: User) -> HttpResponse:
    if not user.force_logout:
        end_this_session(request)
        return redirect_to_login(request.get_full_path() if request.method in READING else "/")
    end_sessions(user)
    User.objects.filter(pk=user.pk).update(force_logout=False)
    end_this_session(request)
    return redirect(settings.LOGIN_URL)
