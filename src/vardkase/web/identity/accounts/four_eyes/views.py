"""Inbox of approval requests, and the page of one request, where it is approved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid, VardkaseError
from vardkase.identity.access.actor import StepUpRequired
from vardkase.identity.accounts.four_eyes import queries, services
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.registry import action_of
from vardkase.identity.accounts.four_eyes.rules import refusal_of_part
from vardkase.identity.accounts.models import User
from vardkase.web.ui.forms import posted
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page


@page()
def index(request: PageRequest) -> HttpResponseBase:
    actor = request.actor
    requests = queries.visible(actor)
    if form := wanted_file(request):
        rows = in_order(request, requests, {"pk"}, "-pk")
        return list_file(request, form, "approval-requests", gettext("Approval requests"), _columns(), rows)
    context = {
        **file_links(request),
        **listed(request, requests.order_by(), {"pk"}, "-pk"),
        "to_answer": queries.to_answer(actor),
        "own": [approval for approval in queries.waiting() if approval.proposed_by == actor.user_id],
    }
    for approval in (*context["rows"], *context["to_answer"], *context["own"]):
        action = action_of(approval)
        approval.words = action.title if action else approval.action
        approval.title = action.subject_title(approval) if action else approval.title
    return render(request, "four_eyes/index.html", context)


def _columns() -> Columns[ApprovalRequest]:
    def title(approval: ApprovalRequest) -> str:
        action = action_of(approval)
        return action.subject_title(approval) if action else approval.title

    def words(approval: ApprovalRequest) -> str:
        action = action_of(approval)
        return str(action.title) if action else approval.action

    return {
        gettext("Number"): lambda approval: approval.pk,
        gettext("What"): words,
        gettext("About"): title,
        gettext("Status"): lambda approval: approval.state_now.label,
        gettext("Proposed by"): lambda approval: approval.proposed_by_name,
        gettext("Proposed"): lambda approval: approval.proposed_at,
        gettext("Answered by"): lambda approval: approval.answered_by_name,
        gettext("Answered"): lambda approval: approval.answered_at,
    }


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    approval = queries.find(request.actor, pk)
    action, user = action_of(approval), cast(User, request.user)
    assert action is not None  # noqa: S101  find() knows only requests with an action
    refusal = refusal_of_part(request.actor, action, approval, user) if approval.is_waiting else ""
    context = {
        "found": approval,
        "action": action,
        "title": action.subject_title(approval),
        "description": action.describe(approval),
        "state": [(name, _readable(value)) for name, value in sorted(approval.subject_state.items())],
        "has_changed": approval.is_waiting and queries.has_changed(approval),
        "refusal": refusal,
        "may_answer": approval.is_waiting and not refusal,
        "may_withdraw": approval.is_waiting and approval.proposed_by == user.pk,
    }
    return render(request, "four_eyes/request.html", context)


@require_POST
@page(writes=True, allowed_while_suspended=True, confirmed=True)
def approve(request: PageRequest, pk: int) -> HttpResponse:
    # The digest of what the approver saw: the service refuses if that has changed since.
    digest, remark = posted.text(request, "digest"), posted.text(request, "remark")
    choices = {
        name.removeprefix("choice_"): value
        for name, value in posted.fields(request).items()
        if name.startswith("choice_")
    }
    done = gettext("Approved and carried out.")
    return answered(request, pk, done, lambda: services.approve(request.actor, pk, digest, remark, choices))


@require_POST
@page(writes=True, allowed_while_suspended=True, confirmed=True)
def decline(request: PageRequest, pk: int) -> HttpResponse:
    text = posted.text(request, "text")
    return answered(
        request,
        pk,
        gettext("Declined. Nothing was changed."),
        lambda: services.decline(request.actor, pk, text),
    )


@require_POST
@page(writes=True, allowed_while_suspended=True)
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    return answered(
        request, pk, gettext("The request has been withdrawn."), lambda: services.withdraw(request.actor, pk)
    )


def answered(request: PageRequest, pk: int, done: str, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
    # It is a Forbidden as well, but `page` answers it: it asks for the second factor and resumes the request.
    except StepUpRequired:
        raise
    except (Invalid, Conflict, Forbidden) as error:
        messages.error(request, problem_text(error))
    else:
        messages.success(request, done)
    return redirect("approval_request", pk)


def _readable(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return "–"
        case bool():
            return gettext("Yes") if value else gettext("No")
        case list():
            return "\n".join(_readable(part) for part in value)
        case dict():
            return "; ".join(f"{name}: {_readable(item)}" for name, item in value.items())
        case _:
            return str(value)


def problem_text(error: VardkaseError) -> str:
    if isinstance(error, Invalid) and isinstance(error.errors, Mapping):
        return " ".join(str(problem) for field_problem in error.errors.values() for problem in field_problem)
    return str(error)
