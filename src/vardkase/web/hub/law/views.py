"""The legal rules: what the hub's decisions rest on, each with its versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, NotFound
from vardkase.hub.law import queries, services
from vardkase.hub.law.kinds import LegalRuleKind, YesNo, labels
from vardkase.hub.law.problems import LawProblem
from vardkase.hub.law.queries import LegalRule
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.law.forms import LegalRuleForm, RetireForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LEGAL_OFFICER = (StaffRole.LEGAL_OFFICER,)
CHANGES = {
    LegalRuleKind.DEADLINE: _("Change the deadline"),
    LegalRuleKind.GROUND: _("Change the ground for secrecy"),
    LegalRuleKind.PROVISION: _("Change the provision"),
}


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponseBase:
    if form := wanted_file(request):
        every = [rule for kind in LegalRuleKind for rule in queries.rules(kind)]
        return list_file(request, form, "legal-rules", gettext("Legal rules"), _columns(), every)
    cited = {key: provision.title for key, provision in queries.provisions().items()}
    sections = [
        {
            "kind": kind,
            "rules": [
                (rule, cited.get(getattr(rule.content, "provision", ""), "")) for rule in queries.rules(kind)
            ],
        }
        for kind in LegalRuleKind
    ]
    may_change = StaffRole.LEGAL_OFFICER in request.actor.staff
    context = {"sections": sections, "may_change": may_change, **file_links(request)}
    return render(request, "law/index.html", context)


def _columns() -> Columns[LegalRule]:
    return {
        gettext("Type"): lambda rule: rule.kind.label,
        gettext("Rule"): lambda rule: capfirst(rule.content.title),
        gettext("Name"): lambda rule: rule.key,
        gettext("Text"): _content,
        gettext("Version"): lambda rule: rule.version,
        gettext("Status"): lambda rule: gettext("No longer in force") if rule.is_retired else "",
        gettext("Reason"): lambda rule: rule.reason,
        gettext("Proposed by"): lambda rule: rule.proposed_by,
        gettext("Approved by"): lambda rule: rule.approved_by,
        gettext("Time"): lambda rule: rule.at,
    }


def _content(rule: LegalRule) -> str:
    return "\n".join(f"{label}: {words}" for label, words in _in_words(rule))


@page(staff=OFFICERS)
def rule(request: PageRequest, kind: str, name: str) -> HttpResponse:
    shown = queries.find_rule(_kind(kind), name)
    context = {
        "rule": shown,
        "fields": _in_words(shown),
        "versions": queries.history(shown.kind, name),
        "may_change": StaffRole.LEGAL_OFFICER in request.actor.staff,
    }
    return render(request, "law/rule.html", context)


@page(staff=LEGAL_OFFICER, writes=True)
def change(request: PageRequest, kind: str, name: str) -> HttpResponse:
    shown = queries.find_rule(_kind(kind), name)
    form = LegalRuleForm(shown.kind, shown, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reason = form.cleaned_data["reason"]
            return proposed(
                request, services.propose_change(request.actor, shown.kind, name, form.content, reason)
            )
    parents = [*_parents(), (capfirst(shown.content.title), reverse("legal_rule", args=(kind, name)))]
    if shown.kind is not LegalRuleKind.QUESTION:
        heading = str(CHANGES[shown.kind])
    elif shown.is_unanswered:
        heading = gettext("Answer the question")
    else:
        heading = gettext("Change the answer")
    return edit_page(
        request,
        form,
        heading,
        parents,
        save=gettext("Propose the change"),
        intro=capfirst(shown.content.title),
    )


@page(staff=LEGAL_OFFICER, writes=True)
def add(request: PageRequest, kind: str) -> HttpResponse:
    of_kind = _kind(kind)
    if not of_kind.can_grow:
        raise NotFound(LawProblem.NO_SUCH_RULE())
    form = LegalRuleForm(of_kind, None, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            key, reason = form.cleaned_data["key"], form.cleaned_data["reason"]
            if any(each.key == key for each in queries.rules(of_kind)):
                raise Conflict(LawProblem.KEY_TAKEN())
            return proposed(
                request, services.propose_change(request.actor, of_kind, key, form.content, reason)
            )
    headings = {
        LegalRuleKind.PROVISION: gettext("New provision"),
        LegalRuleKind.GROUND: gettext("New ground for secrecy"),
        LegalRuleKind.PROCESSING: gettext("New processing activity"),
    }
    return edit_page(request, form, headings[of_kind], _parents(), save=gettext("Propose the rule"))


@page(staff=LEGAL_OFFICER, writes=True)
def retire(request: PageRequest, kind: str, name: str) -> HttpResponse:
    shown = queries.find_rule(_kind(kind), name)
    form = RetireForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reason = form.cleaned_data["reason"]
            return proposed(request, services.propose_retiring(request.actor, shown.kind, name, reason))
    parents = [*_parents(), (capfirst(shown.content.title), reverse("legal_rule", args=(kind, name)))]
    return edit_page(
        request,
        form,
        gettext("Retire the rule"),
        parents,
        save=gettext("Propose that it be retired"),
        intro=gettext(
            "It can no longer be chosen. Decisions already based on it are not affected, and it can be brought back."
        ),
    )


def _kind(name: str) -> LegalRuleKind:
    if name not in list(LegalRuleKind):
        raise NotFound(LawProblem.NO_SUCH_RULE())
    return LegalRuleKind(name)


def _parents() -> list[Crumb]:
    return [(gettext("Legal rules"), reverse("law"))]


def _in_words(shown: LegalRule) -> list[tuple[Any, Any]]:
    cited = queries.provisions()
    found = []
    for name, about in labels(shown.kind).items():
        value = getattr(shown.content, name)
        if choices := about.get("choices"):
            value = choices(value).label
        elif about.get("provision"):
            value = cited[value].title if value in cited else value
        elif name == "answers":
            value = ", ".join(str(YesNo(answer).label) for answer in value)
        elif name == "answer" and value in YesNo.values:
            value = YesNo(value).label
        found.append((about["label"], value))
    return found
