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
from vardkase.core.version_tokens import RowChanged, version_token
from vardkase.hub.membership.applications.files import LARGEST
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.questionnaire.fields import value_at
from vardkase.hub.membership.questionnaire.reading import read_step
from vardkase.hub.membership.questionnaire.security import LEVELS, SECURITY
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
from vardkase.web.ui.mail_messages import say_received
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
    if request.method != "POST":
        return _form_page(request)
    try:
        _, errors = services.save_statement(
            request.actor, posted.fields(request), posted.text(request, "mark")
        )
    except RowChanged:
        return _outdated_page(request)
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("membership")
    messages.success(request, gettext("Saved."))
    return _form_page(request, errors)


@require_POST
@page(Permission.ADMIN, allowed_while_suspended=True)
def submit(request: PageRequest) -> HttpResponse:
    given, mark = posted.fields(request), posted.text(request, "mark")
    try:
        services.submit_statement(request.actor, given, mark)
    except Invalid as error:
        # The refused submission was rolled back with all that was written: keep it as a draft.
        try:
            services.save_statement(request.actor, given, mark)
        except RowChanged:
            return _outdated_page(request)
        return _form_page(request, error.by_field)
    except RowChanged:
        return _outdated_page(request)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        say_received(
            request,
            gettext("The statement has been submitted."),
            gettext("You are notified when it is reviewed."),
            gettext("The result is shown on this page."),
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
    return _form_page(request, form=form)


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
    errors: Mapping[str, Sequence[Problem]] | None = None,
    form: EvidenceForm | None = None,
) -> HttpResponse:
    shown = statements.shown_statement(queries.own_membership(request.actor))
    context = _context(shown, errors, form) | {"version": {"mark": version_token(shown)}}
    wrong = bool(errors) or bool(form and form.errors)
    return render(request, "statements/statement.html", context, status=422 if wrong else 200)


def _outdated_page(request: PageRequest) -> HttpResponse:
    """What was written, beside what somebody else has stored since; to save it again replaces that."""
    shown = statements.shown_statement(queries.own_membership(request.actor))
    mark, stored = version_token(shown), shown.answers
    shown.answers = read_step(SECURITY, posted.fields(request)).values
    differences = [
        {"label": f"{measure.title}: {field.label}", "stored": old, "written": new}
        for key, field in SECURITY.fields()
        for measure in [MEASURES[key.split(".")[0]]]
        for old, new in [(_words(stored, key), _words(shown.answers, key))]
        if old != new
    ]
    version = {"mark": mark, "is_outdated": True, "differences": differences}
    context = _context(shown) | {"version": version}
    return render(request, "statements/statement.html", context, status=409)


def _words(answers: Mapping[str, Any], key: str) -> str:
    value = value_at(answers, key) or ""
    return str(dict(LEVELS).get(value, value))


def _context(
    shown: Statement,
    errors: Mapping[str, Sequence[Problem]] | None = None,
    form: EvidenceForm | None = None,
) -> dict[str, Any]:
    # Files belong to the draft; that of an accepted one begins without any.
    is_open = bool(shown.pk) and shown.state != StatementState.ACCEPTED
    return {
        "rows": rows(shown, errors) if is_open else rows_of_new(shown, errors or {}),
        "levels": LEVELS,
        "measures": MEASURES.values(),
        "form": form or EvidenceForm(),
        "has_errors": bool(errors),
        "written": shown if is_open else None,
    }


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
