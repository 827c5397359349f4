"""Private links: pages for users without an account, opened with a secret from a mail.

A link is ``<landing page>#<secret>``. The landing page's script posts the secret (without scripts it is pasted into the
form); a good one is kept in a cookie for the pages of the link, and the browser is redirected to the first of them.
So no address, request log or Referer ever holds the secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from vardkase.core.errors import Conflict, NotFound
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import public_page

LONGEST = 500
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class PrivateLink:
    """One kind of private link. `landing` and `target` are URL names; the cookie is scoped to `cookie_path`,
    by default the landing page's path."""

    landing: str
    target: str
    cookie_name: str = ""
    cookie_path: str = ""
    days: int = 1

    @property
    def cookie(self) -> str:
        return self.cookie_name or f"vardkase_{self.landing}"

    def keep(self, response: HttpResponse, secret: str) -> HttpResponse:
        """Store the secret in an HttpOnly cookie scoped to the link's pages."""
        response.set_cookie(
            self.cookie,
            secret,
            max_age=self.days * DAY,
            path=self.cookie_path or reverse(self.landing),
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        response["Referrer-Policy"] = "no-referrer"
        return response

    def forget(self, response: HttpResponse) -> HttpResponse:
        response.delete_cookie(self.cookie, self.cookie_path or reverse(self.landing))
        return response


type Refused = Callable[[HttpRequest, NotFound], HttpResponse]


def open_private_link(
    request: HttpRequest, link: PrivateLink, check: Callable[[str], object], refused: Refused
) -> HttpResponse:
    """Answer a request for the landing page of `link`. `check` raises NotFound for an invalid secret."""
    if request.method in ("GET", "HEAD"):
        return by_private_link(render(request, "private_link.html"))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    # The secret from the posted value, which may be the whole link as people paste it.
    secret = posted.text(request, "secret").strip().rpartition("#")[2].strip().rstrip("/")[:LONGEST]
    try:
        check(secret)
    except NotFound as error:
        return by_private_link(refused(request, error))
    # Browsers carry the fragment of the landing page over to a redirect that has none.
    return by_private_link(link.keep(redirect(f"{reverse(link.target)}#main"), secret))


def private_page(
    link: PrivateLink, refused: Refused | None = None
) -> Callable[[Callable[[HttpRequest, str], HttpResponse]], Callable[[HttpRequest], HttpResponse]]:
    """Declare a page of `link`, whose view is given the secret; browsers without one are sent to the landing page.

    NotFound is answered by `refused`, or as 404. Forms on the page hold ``{% private_link_field %}``: one that was
    filled in for another secret than the browser keeps by now is refused with 409.
    """

    def declare(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def opened(request: HttpRequest) -> HttpResponse:
            secret = request.COOKIES.get(link.cookie, "")
            if not secret:
                return redirect(link.landing)
            mark = hashlib.sha256(b"form " + secret.encode(errors="surrogateescape")).hexdigest()[:16]
            if request.method == "POST" and posted.text(request, "private_link") != mark:
                return by_private_link(render(request, "private_link_changed.html", status=409))
            request.private_link_mark = mark  # type: ignore[attr-defined]
            try:
                return by_private_link(view(request, secret))
            except NotFound as error:
                if refused is None:
                    raise Http404(str(error)) from error
                return by_private_link(link.forget(refused(request, error)))
            except Conflict as error:  # What the link leads to was disposed of.
                raise Http404(str(error)) from error

        return public_page(opened)  # type: ignore[return-value]

    return declare


def by_private_link(response: HttpResponse) -> HttpResponse:
    """Mark a page of a private link: not cached, not indexed.

    The Referrer-Policy is not "no-referrer": browsers then send forms with `Origin: null`, which CSRF
    refuses.
    """
    patch_cache_control(response, no_store=True)
    response.headers.setdefault("Referrer-Policy", "strict-origin")
    response.headers["X-Robots-Tag"] = "noindex"
    return response


# Links of applicants, which the middleware has to know as well: it lets their holders send files.
COOKIE_PATH = "/apply/"
OWN_LINK = PrivateLink("apply_link", "apply_resume", "vardkase_application", COOKIE_PATH, days=90)
INVITATION = PrivateLink("apply_invited", "apply", "vardkase_invitation", COOKIE_PATH, days=90)
