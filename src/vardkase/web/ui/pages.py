"""Declaration of pages: the required permission, and the signed-in user.

A view without a declaration cannot be reached: `web.middleware.SignedIn` refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial, wraps
from typing import Concatenate, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from vardkase.core.body_limits import BodyLimits
from vardkase.core.database import replica
from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.core.write_conflicts import retry_on_conflict
from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.policy.errors import PolicyForbids
from vardkase.identity.access.actor import Actor, MissingDuty, StepUpRequired, visitor
from vardkase.identity.access.content_access import for_reading
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.rules import NotEligibleToApprove
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.protection import ApprovalNeeded
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.standing import StandingRefused
from vardkase.web.sign_in.step_up import ask_to_confirm, confirmed_at
from vardkase.web.ui.permission_labels import DUTIES
from vardkase.web.ui.sent_once import handled_once


class PageRequest(HttpRequest):
    actor: Actor


type View[**P] = Callable[Concatenate[PageRequest, P], HttpResponseBase]

type VisitorView = Callable[[HttpRequest], HttpResponseBase]

PUBLIC = frozenset({"public"})


def page[**P](
    *requires: Permission,
    writes: bool = False,
    staff: tuple[StaffRole, ...] = (),
    visitors: VisitorView | None = None,
    allowed_while_suspended: bool = False,
    body: BodyLimits = BodyLimits.QUERY,
    confirmed: bool = False,
    resume: bool = True,
    oversight: bool = False,
    from_replica: bool = False,
    traceless: bool = False,
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Declare a page for signed-in people who hold every permission in `requires`, and one of the duties `staff`.

    NotFound becomes 404 and Forbidden 403 (with the rule, where a policy forbids it, or with why who asks is not
    impartial), and a Conflict that the view does not catch 409, so that views need no error handling; a
    writing view that another writer got in the way of runs again. `visitors` answers who has not signed in, in place
    of the sign-in.
    `confirmed`: the second factor must have been confirmed within the last minutes, or is asked for; so it is for a
    view whose service calls `Actor.require_step_up`. `resume`: a POST goes on after that with the fields it was sent
    with, which the session keeps until then: set it to False where they hold a secret.
    `body`: how much may be sent to it.
    `oversight`: for those who may see how the hub is run and set (`Actor.require_oversight`).
    `allowed_while_suspended`: open to organisations whatever the state of their membership; other pages say why not.
    `from_replica`: it may be read from a replica of the database (`core.database.replica`).
    `traceless`: nothing is remembered or logged of a form that is sent to it, so that one sent twice is handled
    twice, and no browser or proxy keeps the answer; what is sent stays in memory, and is bounded accordingly.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def gated(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            page_request = cast(PageRequest, request)
            person = cast(User, request.user)
            page_request.actor = replace(page_request.actor, confirmed_at=confirmed_at(request, person))
            once = _handled if traceless else handled_once
            try:
                _authorise(page_request.actor, requires, staff, confirmed=confirmed, oversight=oversight)
                if not writes:
                    match = request.resolver_match
                    place = f"page {match.view_name}" if match else "page"
                    page_request.actor = for_reading(page_request.actor, place)
                    show = partial(view, page_request, *args, **kwargs)
                    return once(request, partial(_read, page_request, show) if from_replica else show)
                actor = page_request.actor
                actor.require_own_affairs() if allowed_while_suspended else actor.require_writing()
                return once(request, lambda: retry_on_conflict(lambda: view(page_request, *args, **kwargs)))
            except NotFound as error:
                raise Http404(str(error)) from error
            except StepUpRequired:
                return ask_to_confirm(request, person, resume=resume)
            except (
                StandingRefused,
                PolicyForbids,
                MissingDuty,
                NotImpartial,
                ApprovalNeeded,
                NotEligibleToApprove,
                Conflict,
            ) as refused:
                return refusal_page(request, refused)
            except Forbidden as error:
                raise PermissionDenied(str(error)) from error

        def authorise(actor: Actor) -> None:
            _authorise(actor, requires, staff, confirmed=False, oversight=oversight)
            if writes:
                actor.require_own_affairs() if allowed_while_suspended else actor.require_writing()

        gated.declared_permissions = frozenset(requires)  # type: ignore[attr-defined]
        gated.declared_writes = writes  # type: ignore[attr-defined]
        gated.authorise = authorise  # type: ignore[attr-defined]
        gated.for_visitors = visitors  # type: ignore[attr-defined]
        gated.allowed_while_suspended = allowed_while_suspended  # type: ignore[attr-defined]
        gated.traceless = traceless  # type: ignore[attr-defined]
        gated.body_limits = BodyLimits.DRAFT if traceless else body  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], gated)

    return decorate


def _handled(_request: HttpRequest, act: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    response = act()
    response.headers["Cache-Control"] = "no-store"
    # Django logs an answer of 4xx, and so when a form was refused.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _read(request: PageRequest, show: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    # What an operator reads is recorded as it is looked up, in a transaction of the primary.
    if request.method != "GET" or request.actor.content_access is not None:
        return show()
    return replica.read(lambda: _from_here(show()))


def _from_here(response: HttpResponseBase) -> HttpResponseBase:
    """`response`; what is made while it is sent is read from the same database as its beginning."""
    if isinstance(response, StreamingHttpResponse) and not response.is_async:
        response.streaming_content = replica.streamed(cast(Iterable[bytes], response.streaming_content))
    return response


def visitor_of(request: HttpRequest) -> Actor:
    """Who opens a page without signing in, by a private link for instance."""
    return visitor(getattr(request, "client_address", None))


def _authorise(
    actor: Actor,
    requires: tuple[Permission, ...],
    staff: tuple[StaffRole, ...],
    *,
    confirmed: bool,
    oversight: bool,
) -> None:
    actor.require(*requires)
    if oversight:
        actor.require_oversight()
    if staff:
        actor.require_staff(*staff)
    if confirmed:
        actor.require_step_up()


def refusal_page(request: HttpRequest, refused: Forbidden | Conflict) -> HttpResponse:
    match refused:
        case StandingRefused():
            return standing_page(request, str(refused))
        case PolicyForbids():
            return render(request, "policy/refused.html", {"words": str(refused)}, status=403)
        case MissingDuty():
            needed = {"duties": [DUTIES[duty] for duty in refused.duties]}
            return render(request, "403.html", needed, status=403)
        case _:
            status = 409 if isinstance(refused, Conflict) else 403
            return render(request, "refused.html", {"why": str(refused)}, status=status)


def standing_page(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "standing.html", {"why": why}, status=403)


def public_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    view.declared_permissions = PUBLIC  # type: ignore[attr-defined]
    return view
