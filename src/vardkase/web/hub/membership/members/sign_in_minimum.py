"""Minimum sign-in requirements of all members or one: proposed by an officer, approved by another."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.members.refused_sign_in import warnings_of
from vardkase.hub.membership.members.sign_in_minimum import (
    DAYS,
    RECOMMENDED,
    is_decided,
    minimum_of,
    propose_minimum,
    would_refuse,
)
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import SignInRule
from vardkase.web.hub.membership.members.forms import SignInMinimumForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


@page(staff=(StaffRole.MEMBERSHIP_OFFICER,), allowed_while_suspended=True)
def propose(request: PageRequest, pk: int | None = None) -> HttpResponse:
    membership = find_membership(request.actor, pk) if pk is not None else None
    rules, days = minimum_of(membership)
    is_first = membership is None and not is_decided()
    initial = {"rules": RECOMMENDED if is_first else rules, "key_days": days if rules else DAYS}
    form = SignInMinimumForm(request.POST or None, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        with errors_shown_in(form):
            made = propose_minimum(request.actor, pk, data["rules"], data["key_days"], data["reason"])
            return proposed(request, made)
    refused = would_refuse(membership, SignInRule.values, days if rules else DAYS)
    context = {
        "form": form,
        "is_first": is_first,
        "organisation": membership.organisation if membership else None,
        "effects": [(label, list(warnings_of(refused.by(rule)))) for rule, label in SignInRule.choices],
    }
    return render(request, "members/sign_in_minimum.html", context, status=422 if form.errors else 200)
