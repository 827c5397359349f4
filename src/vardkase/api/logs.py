"""logs/* and auditLogs/*: the audit log in MISP's two formats."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDay

from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.fields import Anything, Texts
from vardkase.api.paging import Paging
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.api.value_formats import seconds, stamp
from vardkase.audit.misp_log import LogFilter, act_of, model_of, searched
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import now_seconds
from vardkase.core.errors import NotFound
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.readable_audit_log import readable_trail
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.queries.history import history_of_event
from vardkase.misp.flags import as_int
from vardkase.misp.time import parse_time_filter

PROFILES = EVERY

PAGE = 60
SYSTEM = "SYSTEM"
REQUESTS = {"browser": 0, "api_key": 1, "read_only_key": 1}
"""How the actor came, in MISP's numbers: pages, API; anything else is 2, the command line."""


class LogQuery(Paging, kw_only=True):
    created: Anything = None
    id: Texts = []
    model: Texts = []
    model_id: Texts = []
    action: Texts = []
    user_id: Texts = []
    org: Texts = []
    email: Texts = []
    title: Texts = []
    description: Texts = []
    change: Texts = []
    ip: Texts = []


@endpoint("admin/logs/index", requires=(Permission.AUDIT,))
@endpoint("admin/logs/search", requires=(Permission.AUDIT,))
@endpoint("logs/index", requires=(Permission.AUDIT,))
def index(call: Call, *, params: LogQuery) -> Json:
    """List the log entries that the caller may read, oldest first, page by page."""
    return _logs(call.actor, _page(_search(call.actor, params).order_by("pk"), params))


@endpoint("logs/event_index")
def event_index(call: Call, event_id: str, *, params: Paging) -> Json:
    """List the changes to one event, newest first."""
    return _logs(call.actor, _page(history_of_event(call.actor, event_id).order_by("-pk"), params))


@endpoint("logs/returnDates")
@endpoint("auditLogs/returnDates")
def return_dates(call: Call, organisation: str = "all") -> Json:
    """List the days with log entries, and the number of entries on each."""
    return Json(_days(call.actor, [] if organisation == "all" else [organisation]))


@endpoint("admin/auditLogs/index", requires=(Permission.AUDIT,))
def audit_index(call: Call, *, params: LogQuery) -> Json:
    """List the audit trail in the newer format, newest first."""
    return Json(_audit_rows(call.actor, _page(_search(call.actor, params).order_by("-pk"), params)))


@endpoint("auditLogs/eventIndex")
def audit_event_index(call: Call, event_id: str, *, params: Paging) -> Json:
    """List the history of an event in the newer format, newest first."""
    entries = history_of_event(call.actor, event_id).order_by("-pk")
    return Json(_audit_rows(call.actor, _page(entries, params)))


@endpoint("auditLogs/fullChange", requires=(Permission.AUDIT,))
def full_change(call: Call, entry_id: str) -> Json:
    """Return all changes of one audit trail entry."""
    number = as_int(entry_id)
    entry = readable_trail(call.actor).filter(pk=number).first() if number else None
    if entry is None:
        raise NotFound(ApiProblem.NO_SUCH_ENTRY())
    return Json(entry.change)


def _search(actor: Actor, params: LogQuery) -> QuerySet[AuditEntry]:
    # A single time is a lower bound; of two, the second is the upper bound.
    bounds = params.created if isinstance(params.created, list) else [params.created]
    times = [
        None
        if bound in (None, "")
        else parse_time_filter(
            # A JSON number may come as a float, which is exact up to 2**53.
            int(bound) if isinstance(bound, float) and abs(bound) < 2**53 else bound,
            now_seconds(),
        )
        for bound in bounds[:2]
    ]
    since, until = (times[0] if times else None), (times[1] if len(times) > 1 else None)
    wanted = LogFilter(
        ids=_numbers(params.id),
        models=params.model or None,
        model_ids=_numbers(params.model_id),
        actions=params.action or None,
        user_ids=_numbers(params.user_id),
        organisations=_organisations(params.org),
        emails=params.email or None,
        titles=params.title or params.description or None,
        changes=params.change or None,
        ips=[ip for ip in params.ip if _is_address(ip)] if params.ip else None,
        since=since,
        until=until,
    )
    return searched(readable_trail(actor), wanted)


def _numbers(texts: Sequence[str]) -> list[int] | None:
    """None without a text; a filter whose texts are no numbers matches nothing."""
    return [number for text in texts if (number := as_int(text)) is not None] if texts else None


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _organisations(texts: Sequence[str]) -> list[int] | None:
    ids = _numbers(texts)
    if ids is None:
        return None
    return [*ids, *Organisation.objects.filter(name__in=texts).values_list("pk", flat=True)]


def _page(entries: QuerySet[AuditEntry], params: Paging) -> list[AuditEntry]:
    limit, offset = params.limit_and_offset(PAGE)
    return list(entries[offset : offset + limit])


def _logs(actor: Actor, entries: Sequence[AuditEntry]) -> Json:
    names = _names(entries)
    return Json([{"Log": _log(actor, entry, names)} for entry in entries])


def _names(entries: Iterable[AuditEntry]) -> dict[int | None, str]:
    ids = {entry.organisation_id for entry in entries if entry.organisation_id}
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))


def _log(actor: Actor, entry: AuditEntry, names: dict[int | None, str]) -> dict[str, Any]:
    model, act = model_of(entry), act_of(entry)
    known = _may_know_who(actor, entry)
    by = (entry.actor_name or SYSTEM) if known else ""
    changes = []
    for name, value in entry.change.items():
        before, after = value if isinstance(value, list) and len(value) == 2 else ("", value)
        changes.append(f"{name} ({_word(before)}) => ({_word(after)})")
    return {
        "id": str(entry.pk),
        "title": entry.title,
        "created": stamp(entry.created),
        "model": model,
        "model_id": str(entry.target_id or 0),
        "action": act,
        "user_id": str(entry.actor_id or 0) if known else "0",
        "change": ", ".join(changes),
        "email": by,
        "org": names.get(entry.organisation_id, SYSTEM),
        "description": f'{model} "{entry.title}" ({entry.target_id or 0}): {act}'
        + (f" by {by}." if by else "."),
        "ip": (entry.address or "") if known else "",
    }


def _audit_rows(actor: Actor, entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    names = _names(entries)
    return [_audit_row(actor, entry, names) for entry in entries]


def _audit_row(actor: Actor, entry: AuditEntry, names: dict[int | None, str]) -> dict[str, Any]:
    known = _may_know_who(actor, entry)
    user = str(entry.actor_id or 0) if known else "0"
    return {
        "AuditLog": {
            "id": str(entry.pk),
            "created": stamp(entry.created),
            "user_id": user,
            "org_id": str(entry.organisation_id or 0),
            "ip": entry.address if known else None,
            "request_type": str(REQUESTS.get(entry.credential, 2)),
            "action": act_of(entry),
            "model": model_of(entry),
            "model_id": str(entry.target_id or 0),
            "model_title": entry.title,
            "event_id": str(entry.target_id) if entry.target_kind == "event" else None,
            "change": entry.change or None,
            "title": f"{model_of(entry)} #{entry.target_id or 0}: {entry.title}",
        },
        "User": {"id": user, "email": (entry.actor_name or SYSTEM) if known else ""},
        "Organisation": {
            "id": str(entry.organisation_id or 0),
            "name": names.get(entry.organisation_id, SYSTEM),
        },
    }


def _may_know_who(actor: Actor, entry: AuditEntry) -> bool:
    """Readers of an event see which organisation made a change, but user names only of their own
    organisation."""
    return actor.is_site_admin or actor.is_auditor or entry.organisation_id == actor.organisation_id


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _days(actor: Actor, organisation: Sequence[str]) -> dict[str, int]:
    """Start of each day in Unix seconds → number of entries that the caller may read.

    Callers without the audit permission see only their own entries.
    """
    if actor.may(Permission.AUDIT):
        entries = readable_trail(actor)
    else:
        entries = AuditEntry.objects.filter(actor_id=actor.user_id)
    if organisations := _organisations(organisation):
        entries = entries.filter(organisation_id__in=organisations)
    counted = (
        entries.order_by()
        .values(day=TruncDay("created", tzinfo=UTC))
        .annotate(count=Count("pk"))
        .order_by("day")
    )
    return {str(seconds(row["day"])): row["count"] for row in counted}
