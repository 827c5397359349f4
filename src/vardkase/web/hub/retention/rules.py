"""Pages of retention rules: officers read them, legal officers propose changes."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.errors import NotFound
from vardkase.hub.retention import proposing, queries
from vardkase.hub.retention.models import RetentionPlanRule, RetentionRun, RetentionSubject
from vardkase.hub.retention.problems import RetentionProblem
from vardkase.hub.retention.rules import content_of
from vardkase.hub.retention.wording import content_in_words, summary
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.retention.forms import CaseRuleForm, PersonalDataRuleForm, ProposalReasonForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LEGAL_OFFICER = (StaffRole.LEGAL_OFFICER,)
FORMS = {
    RetentionSubject.PERSONAL_DATA.value: PersonalDataRuleForm,
    RetentionSubject.CASE_FILES.value: CaseRuleForm,
}
RECENT = 5


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    found = queries.rules(request.actor)
    sections = [
        {"subject": subject, "rules": [(rule, summary(rule)) for rule in found if rule.subject == subject]}
        for subject in RetentionSubject
    ]
    recent: list[RetentionRun] = list(queries.runs(request.actor).order_by("-pk")[: RECENT + 1])
    context = {
        "sections": sections,
        "runs": recent[:RECENT],
        "more_runs": len(recent) > RECENT,
        "may_change": StaffRole.LEGAL_OFFICER in request.actor.staff,
        "may_count": any(not rule.is_retired for rule in found),
    }
    return render(request, "retention/index.html", context)


@page(staff=OFFICERS)
def rule(request: PageRequest, number: int) -> HttpResponse:
    versions = queries.versions_of(request.actor, number)
    context = {
        "rule": versions[0],
        "fields": content_in_words(content_of(versions[0])),
        "versions": [(each, summary(each)) for each in versions],
        "may_change": StaffRole.LEGAL_OFFICER in request.actor.staff,
    }
    return render(request, "retention/rule.html", context)


@page(staff=LEGAL_OFFICER, writes=True)
def add(request: PageRequest, subject: str) -> HttpResponse:
    if subject not in FORMS:
        raise NotFound(RetentionProblem.NO_SUCH_RULE())
    form = FORMS[subject](None, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            content = form.content | {"subject": subject}
            made = proposing.propose_rule(request.actor, None, content, form.cleaned_data["reason"])
            return proposed(request, made)
    if subject == RetentionSubject.CASE_FILES:
        heading = gettext("New rule for closed cases")
        intro = gettext(
            "Of a case that is disposed of, only its number and dates, and the numbers, dates and SHA-256 of its "
            "documents, are kept in the case. The registers also keep kind, legal form, outcome and the verdict on "
            "each criterion, and of a membership the organisation. Approvals keep who, when, outcome and ground. "
            "Everything else is permanently erased."
        )
    else:
        heading = gettext("New rule for personal data")
        intro = gettext("What is given as kind, attribute type and tag has to be met together.")
    return edit_page(request, form, heading, _parents(), save=gettext("Propose the rule"), intro=intro)


@page(staff=LEGAL_OFFICER, writes=True)
def change(request: PageRequest, number: int) -> HttpResponse:
    shown = queries.find_rule(request.actor, number)
    form = FORMS[shown.subject](shown, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reason = form.cleaned_data["reason"]
            return proposed(request, proposing.propose_rule(request.actor, number, form.content, reason))
    heading = gettext("Change the retention rule")
    return edit_page(request, form, heading, _parents(shown), save=gettext("Propose the change"))


@page(staff=LEGAL_OFFICER, writes=True)
def retire(request: PageRequest, number: int) -> HttpResponse:
    shown = queries.find_rule(request.actor, number)
    form = ProposalReasonForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reason = form.cleaned_data["reason"]
            return proposed(request, proposing.propose_retiring(request.actor, number, reason))
    return edit_page(
        request,
        form,
        gettext("Put the rule out of force"),
        _parents(shown),
        save=gettext("Propose repeal"),
        intro=gettext("Nothing more is due by it. What was carried out by it is not changed."),
    )


def _parents(shown: RetentionPlanRule | None = None) -> list[Crumb]:
    found = [(gettext("Retention"), reverse("retention"))]
    return [*found, (shown.title, reverse("retention_rule", args=(shown.number,)))] if shown else found
