"""Notification preferences, and encryption of the user's mail."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.mail.encryption import fault_of_key, has_key
from vardkase.core.mail.services import can_send
from vardkase.identity.accounts.models import User
from vardkase.identity.user_settings import notifications
from vardkase.web.identity.accounts.notification_forms import NotificationsForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for


@page(writes=True)
def choose(request: PageRequest) -> HttpResponse:
    user = cast(User, request.user)
    rule = notifications.rule_of(user)
    wishes = notifications.preferences_of(rule)
    plain = wishes is not None
    form = form_with_pickers(
        request, lambda data: NotificationsForm(request.actor, data, initial=_now(user, wishes), plain=plain)
    )
    if form.is_valid() and _kept(request, user, form):
        messages.success(request, gettext("Saved."))
        return redirect("account_notifications")
    context = {
        "form": form,
        "person": user,
        "sends_mail": can_send(),
        "has_key": has_key(user),
        "key_fault": fault_of_key(user),
        **searched_for(request),
        "own_rule": json.dumps(rule, ensure_ascii=False) if wishes is None else "",
    }
    return render(request, "account/notifications.html", context, status=422 if form.is_bound else 200)


@page()
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, NotificationsForm(request.actor))


def _kept(request: PageRequest, user: User, form: NotificationsForm) -> bool:
    with errors_shown_in(form):
        notifications.choose_notifications(
            request.actor, user, form.account(), form.wishes(), form.cleaned_data["summary_tags"]
        )
    return not form.errors


def _now(user: User, wishes: notifications.NotificationPreferences | None) -> dict[str, Any]:
    now: dict[str, Any] = {
        name: getattr(user, name) for name in (*notifications.SWITCHES, *notifications.KEYS)
    }
    if wishes is not None:
        now |= {
            "tags": wishes.tags,
            "without_tags": wishes.without_tags,
            "organisations": wishes.organisations,
        }
    return now | {"summary_tags": notifications.summary_tags_of(user)}
