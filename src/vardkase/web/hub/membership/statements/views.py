"""The security statement: written and renewed by the member, reviewed by an officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import Problem
from vardkase.hub.membership.applications.files import LARGEST
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.questionnaire.security import LEVELS
from vardkase.hub.membership.statements import queries as statements
from vardkase.hub.membership.statements import services
from vardkase.hub.membership.statements.models import Statement, StatementState
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.hub.membership.themes import MEASURES, THEMES
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.membership.statements.forms import EvidenceForm
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


def panel(actor: Actor, membership: Membership) -> dict[str, Any]:
    held, written = statements.current(membership), statements.open_statement(membership)
    reads = queries.may_read_statements(actor, membership)
    return {
        "held": held,
        "reads_statement": reads,
        "today": today(),
        "written": written,
        "review": written if written and written.state == StatementState.SUBMITTED else None,
        "review_rows": rows(written) if written and reads else [],
        "held_rows": rows(held) if held and reads else [],
    }


PARTS = ("level", "gap", "plan", "by")


def rows(statement: Statement, errors: Mapping[str, Sequence[Problem]] | None = None) -> list[dict[str, Any]]:
    files: dict[str, list[Any]] = {}
    for file in statement.evidence.order_by("pk"):
        files.setdefault(file.measure, []).append(file)
    levels, wrong = dict(LEVELS), errors or {}
    return [
        {
            "theme": theme,
            "measures": [
                {
                    "measure": measure,
                    "answer": (answer := statement.answers.get(measure.name) or {}),
                    "level": levels.get(answer.get("level", ""), ""),
                    "files": files.get(measure.name, []),
                    "errors": [
                        problem for part in PARTS for problem in wrong.get(f"{measure.name}.{part}", [])
                    ],
                }
                for measure in theme.measures
            ],
        }
        for theme in THEMES
    ]  # fmt: skip


@page(Permission.ADMIN, allowed_while_suspended=True)
def write(request: PageRequest) -> HttpResponse:
    membership = queries.own_membership(request.actor)
    errors: Mapping[str, Sequence[Problem]] = {}
    if request.method == "POST":
        try:
            _, errors = services.save_statement(request.actor, posted.fields(request))
        except Conflict as error:
            messages.error(request, str(error))
            return redirect("membership")
        messages.success(request, gettext("Saved."))
    return _form_page(request, membership, errors)


@require_POST
@page(Permission.ADMIN, allowed_while_suspended=True)
def submit(request: PageRequest) -> HttpResponse:
    membership = queries.own_membership(request.actor)
    try:
        services.submit_statement(request.actor, posted.fields(request))
    except Invalid as error:
        # The refused submission was rolled back with all that was written: keep it as a draft.
        services.save_statement(request.actor, posted.fields(request))
        return _form_page(request, membership, error.by_field)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, gettext("The statement has been submitted. You are notified when it is reviewed.")
        )
    return redirect("membership")


@require_POST
@page(Permission.ADMIN, allowed_while_suspended=True)
def remove_evidence(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.remove_evidence(request.actor, pk)
        messages.success(request, gettext("The file has been removed."))
    return redirect("membership_statement")


@require_POST
@page(Permission.ADMIN, allowed_while_suspended=True, body=BodyLimits.FILES)
def add_evidence(request: PageRequest) -> HttpResponse:
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        with errors_shown_in(form):
            services.add_evidence(
                request.actor,
                form.cleaned_data["measure"],
                file.name,
                file.read(LARGEST + 1),
                valid_until=form.cleaned_data["valid_until"],
            )
            messages.success(request, gettext("The file has been added."))
            return redirect("membership_statement")
    return _form_page(request, queries.own_membership(request.actor), {}, form)


@page(allowed_while_suspended=True)
def evidence(request: PageRequest, pk: int) -> HttpResponseBase:
    file = statements.find_evidence(request.actor, pk)
    return download([statements.content_of(file)], file.name, file.kind)


@require_POST
@page(staff=(StaffRole.MEMBERSHIP_OFFICER,), allowed_while_suspended=True)
def review(request: PageRequest, pk: int) -> HttpResponse:
    """Propose to accept a statement, or to return it."""
    accept = posted.text(request, "decision") == "accept"
    with errors_shown_as_message(request):
        return proposed(
            request, propose_review(request.actor, pk, accept=accept, reason=posted.text(request, "reason"))
        )
    return redirect("member", pk)


def _form_page(
    request: PageRequest,
    membership: Membership,
    errors: Mapping[str, Sequence[Problem]],
    form: EvidenceForm | None = None,
) -> HttpResponse:
    written, held = statements.open_statement(membership), statements.current(membership)
    shown = written or Statement(membership=membership, answers=held.answers if held else {})
    context = {
        "rows": rows(shown, errors) if shown.pk else rows_of_new(shown, errors),
        "levels": LEVELS,
        "measures": MEASURES.values(),
        "form": form or EvidenceForm(),
        "has_errors": bool(errors),
        "written": written,
        "held": held,
    }
    wrong = bool(errors) or bool(form and form.errors)
    return render(request, "statements/statement.html", context, status=422 if wrong else 200)


def rows_of_new(statement: Statement, errors: Mapping[str, Sequence[Problem]]) -> list[dict[str, Any]]:
    return [
        {
            "theme": theme,
            "measures": [
                {
                    "measure": measure,
                    "answer": statement.answers.get(measure.name) or {},
                    "files": [],
                    "errors": [],
                }
                for measure in theme.measures
            ],
        }
        for theme in THEMES
    ]
