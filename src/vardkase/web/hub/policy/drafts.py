"""Drafting the next policy, one rule at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.version_tokens import RowChanged
from vardkase.hub.policy import drafting, services
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.queries import draft_of
from vardkase.hub.training.queries import modules_named
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import Role
from vardkase.identity.organisations.queries import usable_groups
from vardkase.web.hub.policy.choices import policy_choices
from vardkase.web.hub.policy.common import rules_of
from vardkase.web.hub.policy.forms import FIELDS, KINDS, RuleForm
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for


@require_POST
@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def begin(request: PageRequest) -> HttpResponse:
    try:
        drafting.begin_draft(request.actor, posted.text(request, "from"))
    except Conflict:
        messages.info(request, gettext("There is already a draft. It is shown here."))
    return redirect("policy_draft")


@page(Permission.ADMIN, allowed_while_suspended=True)
def draft(request: PageRequest) -> HttpResponse:
    stored = draft_of(request.actor.organisation_id)
    if stored is None:
        return redirect("sharing_policy")
    context = {"draft": stored, "rules": rules_of(stored), "kinds": list(KINDS.items())}
    return render(request, "policy/draft.html", context)


@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def add(request: PageRequest, kind: str) -> HttpResponse:
    if kind not in FIELDS:
        raise Http404
    form = _form(request, kind)
    version = ShownVersion(request, None)
    saved = _saved(request, form, version, lambda: drafting.add_rule(request.actor, form.rule()))
    return saved or _shown(request, form, version, 0)


@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def edit(request: PageRequest, number: int) -> HttpResponse:
    draft = draft_of(request.actor.organisation_id)
    if draft is None or not 1 <= number <= len(draft.rules):
        raise Http404
    rule = draft.rules[number - 1]
    form = _form(request, rule["kind"], rule)
    # Of the whole draft: rules are numbered by their places in it.
    version = ShownVersion(request, draft)
    saved = _saved(request, form, version, lambda: drafting.change_rule(request.actor, number, form.rule()))
    return saved or _shown(request, form, version, number)


@page(Permission.ADMIN, allowed_while_suspended=True)
def find(request: PageRequest, kind: str) -> HttpResponse:
    if kind not in FIELDS:
        raise Http404
    return found_choices(request, _form(request, kind))


@require_POST
@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def move(request: PageRequest, number: int) -> HttpResponse:
    by = 1 if posted.flag(request, "by") else -1
    return _back(request, lambda: drafting.move_rule(request.actor, number, by))


@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def remove(request: PageRequest, number: int) -> HttpResponse:
    if request.method == "POST":
        return _back(request, lambda: drafting.remove_rule(request.actor, number))
    draft = draft_of(request.actor.organisation_id)
    if draft is None or not 1 <= number <= len(draft.rules):
        raise Http404
    rule = rules_of(draft)[number - 1]
    words = gettext(
        "The rule is removed from the draft, and the rules after it are renumbered. What is in force is not affected."
    )
    return confirm_page(
        request, f"{rule.label}. {rule.title}", _above(), words, act=gettext("Remove the rule")
    )


@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def discard(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        words = gettext("The text of the draft will be lost. The policy in force is not affected.")
        return confirm_page(request, gettext("Discard the draft"), _above(), words)
    try:
        services.discard_draft(request.actor)
    except Conflict:
        messages.info(request, gettext("The draft no longer exists."))
    else:
        messages.success(request, gettext("The draft has been discarded."))
    return redirect("sharing_policy")


def _form(request: PageRequest, kind: str, rule: dict[str, object] | None = None) -> RuleForm:
    groups = [(str(group.uuid), group.name) for group in usable_groups(request.actor)]
    roles = Role.objects.order_by("name").values_list("name", flat=True)
    offered: dict[str, Any] = {
        "roles": list(roles),
        "groups": groups,
        "sources": policy_choices(request.actor),
        "modules": modules_named(request.actor.organisation_id),
        "rule": rule,
    }
    return form_with_pickers(request, lambda data: RuleForm(kind, data, **offered))


def _shown(request: PageRequest, form: RuleForm, version: ShownVersion, number: int) -> HttpResponse:
    context = {
        "form": form,
        "version": version,
        "kind_words": KINDS[form.kind],
        "number": number,
        **searched_for(request),
    }
    return render(request, "policy/rule.html", context, status=version.status(form))


def _saved(
    request: PageRequest, form: RuleForm, version: ShownVersion, save: Callable[[], PolicyVersion]
) -> HttpResponse | None:
    if not form.is_bound or not form.is_valid():
        return None
    try:
        with version.saving(form):
            save()
    except (Invalid, RowChanged) as refused:
        take_errors(form, refused)
        return None
    except Conflict:
        messages.error(request, gettext("The draft no longer exists."))
        return redirect("sharing_policy")
    messages.success(request, gettext("The rule has been saved."))
    return redirect("policy_draft")


def _back(request: PageRequest, change: Callable[[], PolicyVersion]) -> HttpResponse:
    try:
        change()
    except Conflict:
        messages.error(request, gettext("The draft no longer exists."))
        return redirect("sharing_policy")
    return redirect("policy_draft")


def _above() -> list[tuple[str, str]]:
    return [(gettext("Draft of the policy"), reverse("policy_draft"))]
