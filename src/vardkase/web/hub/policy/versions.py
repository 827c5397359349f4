"""The policy in force, its versions and documents; testing it, putting it in force and ending it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.optional_parts import PartMissing
from vardkase.hub.policy import services
from vardkase.hub.policy.approvals.rules import may_be_second
from vardkase.hub.policy.comparison import Compared, RuleChange, compare
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.printing import TYPES, file_name, printed
from vardkase.hub.policy.problems import PolicyProblem
from vardkase.hub.policy.queries import (
    draft_of,
    due_for_review,
    find_version,
    group_names,
    policy_in_force,
    versions,
)
from vardkase.hub.policy.rules import FourEyesRule, Rule, RuleAudience, stored_rules
from vardkase.hub.policy.sentences import sentence
from vardkase.hub.policy.starters import starters
from vardkase.hub.policy.trial import Trial, span_of, try_policy
from vardkase.hub.policy.wording import because, title_of
from vardkase.hub.training.queries import trained_users
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.policy.common import language, rules_of, tabs
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page

TWO = 2

DUE_SHOWN = 20


@page()
def index(request: PageRequest) -> HttpResponse:
    organisation = request.actor.organisation_id
    policy = policy_in_force(organisation)
    context = {
        "tabs": tabs(request.actor, "sharing_policy"),
        "policy": policy,
        "draft": draft_of(organisation),
        "rules": rules_of(policy) if policy else [],
        "starters": _offered() if request.actor.may(Permission.ADMIN) else [],
        "due": due_for_review(request.actor, policy, DUE_SHOWN) if policy else [],
    }
    return render(request, "policy/policy.html", context)


@page()
def all_versions(request: PageRequest) -> HttpResponse:
    own = versions(request.actor).filter(organisation_id=request.actor.organisation_id)
    context = {"tabs": tabs(request.actor, "policy_versions"), **listed(request, own, {"number"}, "-number")}
    return render(request, "policy/versions.html", context)


@page()
def version(request: PageRequest, pk: int) -> HttpResponse:
    stored = find_version(request.actor, pk)
    own = versions(request.actor).filter(organisation_id=stored.organisation_id)
    before = own.filter(number__lt=stored.number).first()
    context = {
        "version": stored,
        "rules": rules_of(stored),
        "before": before,
        "changes": _changes(before, stored) if before else [],
    }
    return render(request, "policy/version.html", context)


@page()
def document(request: PageRequest, pk: int, form: str) -> HttpResponse:
    stored = find_version(request.actor, pk)
    try:
        content = printed(stored, form, request.GET.get("language") or language())
    except PartMissing as missing:
        messages.error(request, str(missing))
        return redirect("policy_version", pk=pk)
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{file_name(stored, form)}"'
    return response


@page()
def try_out(request: PageRequest) -> HttpResponse:
    organisation = request.actor.organisation_id
    draft, policy = draft_of(organisation), policy_in_force(organisation)
    tried = policy if request.GET.get("what") == "in_force" and policy else draft or policy
    context: dict[str, Any] = {
        "tabs": tabs(request.actor, "policy_try"),
        "version": tried,
        "both": bool(draft and policy),
    }
    try:
        span = span_of(_day(request, "since"), _day(request, "until"))
    except Invalid as invalid:
        context |= {"fault": str(invalid), "span": span_of()}
        return render(request, "policy/try.html", context)
    context["span"] = span
    if tried is not None:
        context |= _trial_context(tried, try_policy(request.actor, tried, span))
    return render(request, "policy/try.html", context)


@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def put_in_force(request: PageRequest) -> HttpResponse:
    draft = draft_of(request.actor.organisation_id)
    if draft is None:
        return redirect("sharing_policy")
    if request.method == "POST":
        try:
            services.put_in_force(request.actor)
        except Invalid:
            messages.error(request, gettext("A policy must have at least one rule."))
        except Forbidden:
            messages.error(
                request, gettext("An administrator other than the author must bring the policy into force.")
            )
        else:
            messages.success(request, gettext("The policy is in force."))
            return redirect("sharing_policy")
    trial = try_policy(request.actor, draft, span_of())
    before = policy_in_force(request.actor.organisation_id)
    context = {
        "draft": draft,
        "trial": trial,
        "untrained": _untrained(draft),
        "without_second": _without_second(draft),
        "before": before,
        "changes": [change for change in _changes(before, draft) if change["change"] != "same"]
        if before
        else [],
    }
    return render(request, "policy/put_in_force.html", context)


def _untrained(draft: PolicyVersion) -> list[tuple[int, str]]:
    return [
        (number, rule.module)
        for number, rule in enumerate(stored_rules(draft.rules), 1)
        if isinstance(rule, RuleAudience) and rule.module
        if not trained_users(draft.organisation_id, rule.module).exists()
    ]


def _without_second(draft: PolicyVersion) -> list[tuple[int, str]]:
    """Rules (by number) that ask for a second person where there are not two who may be it, with the only one."""
    numbered = [
        (number, may_be_second(draft.organisation_id, rule))
        for number, rule in enumerate(stored_rules(draft.rules), 1)
        if isinstance(rule, FourEyesRule)
    ]
    return [(number, "".join(people)) for number, people in numbered if len(people) < TWO]


@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def end(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        try:
            services.end_policy(request.actor)
        except Conflict:
            messages.error(request, gettext("There is no policy in force."))
        except Forbidden:
            messages.error(
                request,
                gettext("On this hub, two people decide on a policy. Bring another version into force."),
            )
        else:
            messages.success(request, gettext("The policy has ended. Its versions are kept."))
        return redirect("sharing_policy")
    words = gettext(
        "After that no rules apply: everyone may publish what their role allows, and others can read your events "
        "before they are published. The versions are kept, and you can bring a new one into force."
    )
    parents = [(gettext("Sharing policy"), reverse("sharing_policy"))]
    return confirm_page(request, gettext("End the policy"), parents, words)


def _offered() -> list[dict[str, Any]]:
    return [
        {
            "key": starter.key,
            "name": starter.name.in_language(language()),
            "description": starter.description.in_language(language()),
            "count": len(starter.rules),
        }
        for starter in starters()
    ]


def _changes(before: PolicyVersion, after: PolicyVersion) -> list[dict[str, Any]]:
    old, new = stored_rules(before.rules), stored_rules(after.rules)
    names = group_names([*old, *new])
    return [_change(compared, names) for compared in compare(old, new)]


def _change(compared: Compared, names: dict[str, str]) -> dict[str, Any]:
    rules = {
        "old": _said(compared.before, compared.before_number, names),
        "new": _said(compared.after, compared.after_number, names),
    }
    if compared.change in (RuleChange.SAME, RuleChange.MOVED):
        rules["old"] = ""
    rule = compared.after or compared.before
    return {"change": str(compared.change), "what": title_of(rule) if rule else "", **rules}


def _said(rule: Rule | None, number: int | None, names: dict[str, str]) -> str:
    return f"{number}. {sentence(rule, names)}" if rule is not None else ""


def _trial_context(tried: PolicyVersion, trial: Trial) -> dict[str, Any]:
    counted = [
        {"rule": rule, "count": trial.by_rule[rule.number]}
        for rule in rules_of(tried)
        if trial.by_rule[rule.number]
    ]
    findings = [
        {
            "finding": finding,
            "met": [
                {"number": met.number, "title": title_of(met.rule), "why": because(met)}
                for met in (*finding.forbidden, *finding.held)
            ],
        }
        for finding in trial.findings
    ]
    return {"trial": trial, "counted": counted, "findings": findings}


def _day(request: PageRequest, name: str) -> date | None:
    written = request.GET.get(name, "")
    try:
        return parse_date(written) if written else None
    except ValueError:
        raise Invalid({name: [PolicyProblem.NOT_A_DAY()]}) from None
