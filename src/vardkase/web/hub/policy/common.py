"""Common parts of the policy pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext

from vardkase.hub.policy.approvals.queries import waiting_for
from vardkase.hub.policy.document import NumberedRule, numbered_rules
from vardkase.hub.policy.models import PolicyVersion
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission


def language() -> str:
    return "en" if (get_language() or "sv").startswith("en") else "sv"


def rules_of(version: PolicyVersion) -> list[NumberedRule]:
    return numbered_rules(version, language())


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    waiting = len(waiting_for(actor))
    parts = [
        ("sharing_policy", gettext("Policy"), 0, True),
        ("approvals", gettext("Approvals"), waiting, True),
        ("policy_try", gettext("Try out"), 0, True),
        ("trainings", gettext("Training"), 0, actor.may(Permission.ADMIN)),
        ("policy_versions", gettext("Versions"), 0, True),
    ]
    return [
        {"label": label, "url": reverse(view), "count": count or None, "current": view == current}
        for view, label, count, shown in parts
        if shown
    ]
