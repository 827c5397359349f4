"""Content access requests for operators and officers, and recorded reads for the organisations concerned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.audit.actions import find_action
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.hub.content_access import queries, services
from vardkase.hub.content_access.models import ContentGrant, GrantState
from vardkase.hub.content_access.rules import GRANT, OFFICERS, READERS, conflict, is_officer, is_operator
from vardkase.hub.content_access.settings import MOST_HOURS
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.lifecycle.services import history_of
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.web.hub.content_access.forms import ContentAccessRequestForm
from vardkase.web.identity.accounts.four_eyes.views import problem_text
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.mail_messages import say_sent, tell_the_requester
from vardkase.web.ui.pages import PageRequest, page

ROWS = 50


@page(staff=READERS)
def index(request: PageRequest) -> HttpResponseBase:
    grants = queries.grants(request.actor)
    if form := wanted_file(request):
        in_file = in_order(request, grants.order_by(), {"pk"}, "-pk")
        return list_file(request, form, "operator-access", gettext("Operator access"), _columns(), in_file)
    is_answering = is_officer(request.actor, host_organisation_id())
    asked = grants.filter(state=GrantState.ASKED).order_by("answer_by")
    context = {
        **listed(request, grants.order_by(), {"pk"}, "-pk"),
        **file_links(request),
        "waiting": [grant for grant in asked[:ROWS] if not conflict(request.actor, grant)]
        if is_answering
        else [],
        "is_answering": is_answering,
        "may_ask": is_operator(request.actor) and queries.open_grant(request.actor) is None,
    }
    return render(request, "content_access/index.html", context)


@page(staff=(StaffRole.OPERATOR,), writes=True, allowed_while_suspended=True)
def ask(request: PageRequest) -> HttpResponse:
    form = ContentAccessRequestForm(request.POST or None)
    if form.is_valid():
        data = {**form.cleaned_data, "organisation": getattr(form.cleaned_data["organisation"], "pk", None)}
        with errors_shown_in(form):
            made = services.ask(request.actor, **data)
            messages.success(request, gettext("Your request has been sent to the officers."))
            return redirect("content_grant", made.pk)
    context = {"form": form, "most": MOST_HOURS.value}
    return render(request, "content_access/ask.html", context, status=422 if form.errors else 200)


@page(staff=READERS)
def view(request: PageRequest, pk: int) -> HttpResponse:
    grant = queries.find_grant(request.actor, pk)
    now = queries.in_force(request.actor)
    is_in_force = now is not None and now.pk == grant.pk
    offset = _offset(request)
    reached = queries.openable(request.actor, grant, limit=ROWS + 1, offset=offset) if is_in_force else []
    context = {
        "grant": grant,
        "is_in_force": is_in_force,
        "may_answer": grant.state == GrantState.ASKED
        and is_officer(request.actor, host_organisation_id())
        and not conflict(request.actor, grant),
        "may_withdraw": grant.state == GrantState.GRANTED and not request.actor.staff.isdisjoint(OFFICERS),
        "may_end": GRANT.may(grant.state, "end") and grant.asked_by_id == request.actor.user_id,
        "read": queries.events_read(grant),
        "history": [
            {"at": entry.at, "actor_name": entry.actor_name, "words": _words(entry)}
            for entry in history_of(GRANT, grant.pk)
        ],
        "reached": reached[:ROWS],
        **_around(offset, more=len(reached) > ROWS),
    }
    return render(request, "content_access/grant.html", context)


@require_POST
@page(staff=OFFICERS, writes=True, allowed_while_suspended=True, confirmed=True)
def grant(request: PageRequest, pk: int) -> HttpResponse:
    hours, answer = posted.text(request, "hours"), posted.text(request, "answer")
    done = gettext("Access has been granted. The operator has been notified.")
    return _done(
        request,
        pk,
        done,
        lambda: services.grant_access(request.actor, pk, hours=hours, answer=answer),
        instead=tell_the_requester(),
    )


@require_POST
@page(staff=OFFICERS, writes=True, allowed_while_suspended=True, confirmed=True)
def refuse(request: PageRequest, pk: int) -> HttpResponse:
    reason = posted.text(request, "reason")
    done = gettext("The request has been refused. The operator has been notified of the reason.")
    return _done(
        request,
        pk,
        done,
        lambda: services.refuse(request.actor, pk, reason),
        instead=tell_the_requester(),
    )


@require_POST
@page(staff=OFFICERS, writes=True, allowed_while_suspended=True)
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    reason = posted.text(request, "reason")
    done = gettext("Access has been withdrawn with immediate effect.")
    return _done(request, pk, done, lambda: services.withdraw(request.actor, pk, reason))


@require_POST
@page(staff=(StaffRole.OPERATOR,), writes=True, allowed_while_suspended=True)
def end(request: PageRequest, pk: int) -> HttpResponse:
    done = gettext("Your access has ended.")
    return _done(request, pk, done, lambda: services.end(request.actor, pk))


@page(Permission.ADMIN, allowed_while_suspended=True)
def read(request: PageRequest) -> HttpResponse:
    offset = _offset(request)
    entries = queries.read_of_ours(request.actor, limit=ROWS + 1, offset=offset)
    context = {"rows": entries[:ROWS], **_around(offset, more=len(entries) > ROWS)}
    return render(request, "content_access/read.html", context)


def _words(entry: HistoryEntry) -> str:
    step = GRANT.steps.get(entry.step)
    action = step.act if step else find_action(f"{GRANT.kind}.{entry.step}")
    return str(action.text) if action else entry.step


def _done(
    request: PageRequest, pk: int, done: str, work: Callable[[], ContentGrant], *, instead: str = ""
) -> HttpResponse:
    # `instead`: what to do on a hub that sends no mail, if `done` says that somebody has been notified.
    try:
        work()
    except (Conflict, Forbidden, Invalid) as error:
        messages.error(request, problem_text(error))
    else:
        if instead:
            say_sent(request, done, instead)
        else:
            messages.success(request, done)
    return redirect("content_grant", pk)


def _offset(request: PageRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _around(offset: int, *, more: bool) -> dict[str, Any]:
    return {
        "newer": f"?from={max(offset - ROWS, 0)}" if offset else "",
        "older": f"?from={offset + ROWS}" if more else "",
    }


def _columns() -> Columns[ContentGrant]:
    return {
        gettext("Number"): lambda grant: grant.pk,
        gettext("Status"): lambda grant: grant.get_state_display(),
        gettext("Reach"): lambda grant: grant.get_reach_display(),
        gettext("Reason"): lambda grant: grant.reason,
        gettext("Hours"): lambda grant: grant.hours,
        gettext("Requested by"): lambda grant: grant.asked_by_name,
        gettext("Requested"): lambda grant: grant.asked_at,
        gettext("Decided by"): lambda grant: grant.decided_by_name,
        gettext("Decided"): lambda grant: grant.decided_at,
        gettext("Ends"): lambda grant: grant.ends_at,
        gettext("Ended"): lambda grant: grant.ended_at,
    }
