"""Searching the audit log in MISP's log format: MISP's model and action names mapped to ours, and its filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from vardkase.audit.models import AuditEntry
from vardkase.audit.queries import without_redacted

ACTS = {
    "accepted": "accept",
    "added": "add",
    "attached": "tag",
    "changed": "edit",
    "created": "add",
    "deleted": "delete",
    "detached": "remove_tag",
    "disabled": "disable",
    "discarded": "discard",
    "edited": "edit",
    "enabled": "enable",
    "entrance_refused": "auth_fail",
    "key_refused": "auth_fail",
    "mail.failed": "email",
    "mail.sent": "email",
    "mailed": "email",
    "password_changed": "change_pw",
    "published": "publish",
    "registration.accepted": "acceptRegistrations",
    "requested": "registration",
    "reset": "reset_auth_key",
    "restored": "undelete",
    "second_factor_refused": "login_fail",
    "sign_in_refused": "login_fail",
    "signed_in": "login",
    "unpublished": "unpublish",
    "updated": "update",
}
"""Our verb, or whole action, → MISP's word for the act. Verbs that are not listed are the same in MISP."""

ALSO_FOUND_BY = {"auth_fail": ("second_factor_refused", "sign_in_refused")}
"""MISP's act → our verbs that a search for it also finds, although MISP has another word for them (``login_fail``)."""

WORD_BOUNDARY = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class LogFilter:
    """The search criteria of MISP's log.

    Each list holds alternatives, each text matches as a substring. `since` and `until` are Unix seconds,
    `organisations` ids.
    """

    ids: Sequence[int] | None = None
    models: Sequence[str] | None = None
    model_ids: Sequence[int] | None = None
    actions: Sequence[str] | None = None
    user_ids: Sequence[int] | None = None
    organisations: Sequence[int] | None = None
    emails: Sequence[str] | None = None
    titles: Sequence[str] | None = None
    changes: Sequence[str] | None = None
    ips: Sequence[str] | None = None
    since: int | None = None
    until: int | None = None


def model_of(entry: AuditEntry) -> str:
    """MISP's model name of the target: ``auth_key`` → ``AuthKey``."""
    return "".join(word.capitalize() for word in entry.target_kind.split("_"))


def act_of(entry: AuditEntry) -> str:
    verb = entry.action.partition(".")[2]
    return ACTS.get(entry.action) or ACTS.get(verb, verb)


def searched(entries: QuerySet[AuditEntry], by: LogFilter) -> QuerySet[AuditEntry]:
    exact = {
        "pk__in": by.ids,
        "target_id__in": by.model_ids,
        "actor_id__in": by.user_ids,
        "organisation_id__in": by.organisations,
        "target_kind__in": by.models and [WORD_BOUNDARY.sub("_", model).lower() for model in by.models],
        "address__in": by.ips,
        "created__gte": None if by.since is None else datetime.fromtimestamp(by.since, UTC),
        "created__lt": None if by.until is None else datetime.fromtimestamp(by.until, UTC),
    }
    if by.titles is not None or by.changes is not None:
        # A reader of redacted entries could otherwise find out their content by searching for it.
        entries = without_redacted(entries)
    # PostgreSQL has no ILIKE for jsonb.
    entries = entries.annotate(change_text=Cast("change", TextField()))
    entries = entries.filter(**{name: value for name, value in exact.items() if value is not None})
    for field, texts in (("actor_name", by.emails), ("title", by.titles), ("change_text", by.changes)):
        if texts is not None:
            condition = Q(pk=None)  # An empty list of alternatives matches nothing.
            for text in texts:
                condition |= Q(**{f"{field}__icontains": text})
            entries = entries.filter(condition)
    return entries if by.actions is None else entries.filter(_has_act(by.actions))


def _has_act(actions: Sequence[str]) -> Q:
    condition = Q(pk=None)
    also = (name for act in actions for name in ALSO_FOUND_BY.get(act, ()))
    for name in {*actions, *(name for name, act in ACTS.items() if act in actions), *also}:
        condition |= Q(action=name) if "." in name else Q(action__endswith=f".{name}")
    return condition
