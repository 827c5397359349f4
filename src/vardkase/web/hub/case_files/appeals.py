"""Appeals on the pages of a case: registered, tested for time, reviewed, forwarded, and what the court decided."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.body_limits import BodyLimits
from vardkase.core.clock import today
from vardkase.core.errors import Forbidden
from vardkase.hub.case_files import queries
from vardkase.hub.case_files.access import may_handle
from vardkase.hub.case_files.appeals import services
from vardkase.hub.case_files.appeals.kinds import kind_of
from vardkase.hub.case_files.appeals.models import Appeal, AppealState
from vardkase.hub.case_files.appeals.queries import find_appeal, may_be_read
from vardkase.hub.case_files.appeals.rules import APPEAL, is_late
from vardkase.hub.lifecycle.services import history_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.web.hub.case_files import forms as written
from vardkase.web.hub.case_files.uploads import sent_file
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

PILLS = {
    AppealState.REGISTERED: "wait",
    AppealState.IN_TIME: "wait",
    AppealState.DISMISSED: "out",
    AppealState.CHANGED: "wait",
    AppealState.WITHDRAWN: "out",
    AppealState.FORWARDED: "info",
    AppealState.DECIDED: "warn",
    AppealState.CARRIED_OUT: "ok",
}


@page(writes=True, body=BodyLimits.FILES, allowed_while_suspended=True)
def register(request: PageRequest, number: str) -> HttpResponse:
    case_file = queries.find_case_file(request.actor, number)
    kind = kind_of(case_file)
    decisions = kind.decisions(case_file)
    initial = {"arrived_on": today(), "appellant": kind.appellant(case_file)}
    form = written.AppealForm(decisions, request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        given = dict(form.cleaned_data)
        decision, file = int(given.pop("decision")), sent_file(given.pop("file"))
        with errors_shown_in(form):
            made = services.register_appeal(
                request.actor, case_file, decision, services.ReceivedAppeal(**given, **file)
            )
            messages.success(
                request, gettext("The appeal is registered. Check now whether it arrived in time.")
            )
            return redirect("case_appeal", number, made.pk)
    parents = _parents(number)
    if not decisions:
        messages.error(request, gettext("No decision in this case can be appealed."))
        return redirect("case_file", number)
    return edit_page(request, form, gettext("Register an appeal"), parents)


@page(allowed_while_suspended=True)
def view(request: PageRequest, number: str, pk: int) -> HttpResponse:
    appeal = find_appeal(request.actor, number, pk)
    handles = appeal.case_file.is_open and may_handle(request.actor, appeal.case_file)
    is_readable = may_be_read(appeal)
    context = {
        "appeal": appeal,
        "case_file": appeal.case_file,
        "pill": PILLS[AppealState(appeal.state)],
        "is_late": is_late(appeal),
        "is_readable": is_readable,
        "steps": [(name, STEPS[name].title) for name in _steps(request.actor, appeal)] if handles else [],
        "history": [
            {
                "when": entry.at,
                "text": f"{APPEAL.steps[entry.step].act.text} ({entry.actor_name})"
                + (f" – {entry.note}" if entry.note and is_readable else ""),
                "state": "past",
            }
            for entry in history_of(APPEAL, appeal.pk).order_by("-pk")
        ]
        + [
            {
                "when": appeal.at,
                "text": gettext("The appeal was registered (%(name)s)") % {"name": appeal.registered_by},
                "state": "past",
            }
        ],
    }
    return render(request, "case_files/appeal.html", context)


@page(writes=True, allowed_while_suspended=True)
def step(request: PageRequest, number: str, pk: int, name: str) -> HttpResponse:
    appeal = find_appeal(request.actor, number, pk)
    if name not in STEPS:
        raise Http404
    about = STEPS[name]
    of_kind = kind_of(appeal.case_file)
    if name == "change" and not of_kind.is_changed_by_hand:
        raise Http404
    initial = (
        {"court": of_kind.receiver(appeal.case_file), "reviewed": appeal.reviewed}
        if name == "forward"
        else {}
    )
    follows = of_kind.consequences(appeal) if name == "carry_out" else []
    form = _form_of(name, appeal)(request.POST if request.method == "POST" else None, initial=initial)
    if isinstance(form, written.NewDecisionForm):
        form.offer(of_kind.new_decisions(appeal))
    if form.is_valid():
        with errors_shown_in(form):
            done = about.take(request.actor, pk, form.cleaned_data)
            if isinstance(done, ApprovalRequest):
                return proposed(request, done)
            messages.success(request, gettext("Done."))
            if of_kind.consequences(done):
                return redirect("case_appeal_step", number, pk, "carry_out")
            return redirect("case_appeal", number, pk)
    intro = str(about.late if (name == "check_time" and is_late(appeal)) or follows else about.help)
    title = gettext("Carry out the decision of the court") if follows else str(about.title)
    parents = [*_parents(number), (gettext("Appeal"), reverse("case_appeal", args=[number, pk]))]
    return edit_page(
        request,
        form,
        title,
        parents,
        save=gettext("Propose") if follows else title,
        intro=intro,
        things=follows,
    )


def _form_of(name: str, appeal: Appeal) -> type[forms.Form]:
    if name == "check_time" and not is_late(appeal):
        return forms.Form
    if name == "carry_out" and kind_of(appeal.case_file).needs_statement_day(appeal):
        return written.StatementDayForm
    return STEPS[name].form


type Take = Callable[[Actor, int, dict[str, Any]], Appeal | ApprovalRequest]


class AppealStep:
    """A step as a form: `help` says what it means; `late` the same for an appeal that came too late, or where the
    hub itself carries the outcome out."""

    def __init__(
        self, title: Promise, form: type[forms.Form], take: Take, help: Promise, late: Promise | str = ""
    ) -> None:
        self.title, self.form, self.take, self.help, self.late = title, form, take, help, late


STEPS = {
    "check_time": AppealStep(
        _("Check whether it arrived in time"),
        written.TimeForm,
        lambda actor, pk, data: services.check_time(
            actor, pk, data.get("exception", ""), data.get("note", "")
        ),
        _("The appeal arrived in time. Confirm that here."),
        _(
            "The appeal arrived after the last day. It is dismissed, by a decision that the party can appeal, unless "
            "our own information on how to appeal was wrong or it reached the court in time (45 § förvaltningslagen). "
            "Nothing else is tested."
        ),
    ),
    "withdraw": AppealStep(
        _("Record that it is withdrawn"),
        written.ChangedForm,
        lambda actor, pk, data: services.withdraw(actor, pk, data["note"]),
        _("When and how the appellant withdrew the appeal. File what arrived about it in the case."),
    ),
    "change": AppealStep(
        _("Record that the decision was changed"),
        written.NewDecisionForm,
        lambda actor, pk, data: services.record_met(actor, pk, int(data["decision"]), data["note"]),
        _(
            "Change the decision by a new one first, on the page of the member. Then forward the appeal with both "
            "decisions: it counts as an appeal against the new one (46 § förvaltningslagen)."
        ),
    ),
    "forward": AppealStep(
        _("Forward the appeal"),
        written.ForwardForm,
        lambda actor, pk, data: services.forward(actor, pk, data["reviewed"], data["court"]),
        _(
            "First consider whether the decision has to be changed. It does if it is obviously wrong in an essential "
            "respect and can be changed quickly and simply, without detriment to any private party (38 and 39 §§ "
            "förvaltningslagen). Then it is forwarded promptly with the file (46 §). The letter to the court is "
            "written here; download the file of the case and send both."
        ),
    ),
    "decide": AppealStep(
        _("Record the outcome of the appeal"),
        written.OutcomeForm,
        lambda actor, pk, data: services.record_outcome(actor, pk, data["outcome"], data["on"], data["note"]),
        _(
            "If the court quashes a decision on a restriction or a termination, you next see what follows, and propose "
            "it to a second officer. A request for public records goes back to the assessment if the decision does not "
            "stand. You carry out everything else yourselves, and record that here."
        ),
    ),
    "carry_out": AppealStep(
        _("Record that it is carried out"),
        written.ChangedForm,
        lambda actor, pk, data: services.carry_out(actor, pk, data["note"], data.get("until")),
        _("What was done because of the court’s decision, and when."),
        _(
            "This follows from the court’s decision, all of it at once, when a second officer has approved it."
        ),
    ),
}


def _steps(actor: Actor, appeal: Appeal) -> list[str]:
    kind = kind_of(appeal.case_file)
    found = []
    if appeal.state == AppealState.REGISTERED:
        with suppress(Forbidden):
            kind.require_time_tester(actor, appeal)
            found.append("check_time")
    left_out = () if kind.is_changed_by_hand else ("change",)
    found += [name for name in APPEAL.open_steps(appeal.state) if name in STEPS and name not in left_out]
    # What the case waits for is last, and stands out.
    return sorted(found, key=lambda name: name != "withdraw")


def _parents(number: str) -> list[Crumb]:
    return [
        (gettext("Cases"), reverse("case_files")),
        (number, reverse("case_file", args=[number])),
    ]
