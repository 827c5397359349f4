"""logs/* and auditLogs/*: the audit log in MISP's two formats."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDay

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import endpoint
from vardkase.api.paging import limit_and_offset
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


@endpoint("admin/logs/index", requires=(Permission.AUDIT,))
def index(call: Call) -> Answer:
    """List the log entries that the caller may read, oldest first, page by page."""
    return _logs(call, _search(call))


@endpoint("logs/index", requires=(Permission.AUDIT,))
def own_index(call: Call) -> Answer:
    """List the log entries that the caller may read, at MISP's other URL."""
    return _logs(call, _search(call))


@endpoint("admin/logs/search", requires=(Permission.AUDIT,))
def search(call: Call) -> Answer:
    """Search the audit trail, with the parameters of admin/logs/index."""
    return _logs(call, _search(call))


@endpoint("logs/event_index")
def event_index(call: Call) -> Answer:
    """List the changes to one event, newest first."""
    return _logs(call, history_of_event(call.actor, call.arg(0)), newest_first=True)


@endpoint("logs/returnDates")
def return_dates(call: Call) -> Answer:
    """List the days with log entries, and the number of entries on each."""
    return Json(_days(call))


@endpoint("admin/auditLogs/index", requires=(Permission.AUDIT,))
def audit_index(call: Call) -> Answer:
    """List the audit trail in the newer format, newest first."""
    return Json(_audit_rows(call.actor, _page(call, _search(call).order_by("-pk"))))


@endpoint("auditLogs/eventIndex")
def audit_event_index(call: Call) -> Answer:
    """List the history of an event in the newer format, newest first."""
    entries = history_of_event(call.actor, call.arg(0)).order_by("-pk")
    return Json(_audit_rows(call.actor, _page(call, entries)))


@endpoint("auditLogs/fullChange", requires=(Permission.AUDIT,))
def full_change(call: Call) -> Answer:
    """Return all changes of one audit trail entry."""
    number = as_int(call.arg(0))
    entry = readable_trail(call.actor).filter(pk=number).first() if number else None
    if entry is None:
        raise NotFound(ApiProblem.NO_SUCH_ENTRY())
    return Json(entry.change)


@endpoint("auditLogs/returnDates")
def audit_return_dates(call: Call) -> Answer:
    """List the days with audit entries, and the number of entries on each."""
    return Json(_days(call))


def _search(call: Call) -> QuerySet[AuditEntry]:
    # A single time is a lower bound; of two, the second is the upper bound.
    value = call.param("created")
    bounds = value if isinstance(value, list) else [value]
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
    ips = _texts(call.param("ip"))
    wanted = LogFilter(
        ids=_numbers(call.param("id")),
        models=_texts(call.param("model")),
        model_ids=_numbers(call.param("model_id")),
        actions=_texts(call.param("action")),
        user_ids=_numbers(call.param("user_id")),
        organisations=_organisations(_texts(call.param("org"))),
        emails=_texts(call.param("email")),
        titles=_texts(call.param("title")) or _texts(call.param("description")),
        changes=_texts(call.param("change")),
        ips=None if ips is None else [ip for ip in ips if _is_address(ip)],
        since=since,
        until=until,
    )
    return searched(readable_trail(call.actor), wanted)


def _texts(value: Any) -> Sequence[str] | None:
    texts = [
        str(item)
        for item in (value if isinstance(value, list) else [value])
        if isinstance(item, str | int) and item != ""
    ]
    return texts or (None if value in (None, "", []) else [""])


def _numbers(value: Any) -> Sequence[int] | None:
    texts = _texts(value)
    return None if texts is None else [number for text in texts if (number := as_int(text)) is not None]


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _organisations(texts: Sequence[str] | None) -> Sequence[int] | None:
    if texts is None:
        return None
    ids = [number for text in texts if (number := as_int(text)) is not None]
    return [*ids, *Organisation.objects.filter(name__in=texts).values_list("pk", flat=True)]


def _page(call: Call, entries: QuerySet[AuditEntry]) -> list[AuditEntry]:
    limit, offset = limit_and_offset(call, PAGE)
    return list(entries[offset : offset + limit])


def _logs(call: Call, entries: QuerySet[AuditEntry], *, newest_first: bool = False) -> Answer:
    page = _page(call, entries.order_by("-pk" if newest_first else "pk"))
    names = _names(page)
    return Json([{"Log": _log(call.actor, entry, names)} for entry in page])


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


def _days(call: Call) -> dict[str, int]:
    """Start of each day in Unix seconds → number of entries that the caller may read.

    Callers without the audit permission see only their own entries.
    """
    if call.actor.may(Permission.AUDIT):
        entries = readable_trail(call.actor)
    else:
        entries = AuditEntry.objects.filter(actor_id=call.actor.user_id)
    if organisations := _organisations(_texts(call.arg(0) if call.arg(0) != "all" else "")):
        entries = entries.filter(organisation_id__in=organisations)
    counted = (
        entries.order_by()
        .values(day=TruncDay("created", tzinfo=UTC))
        .annotate(count=Count("pk"))
        .order_by("day")
    )
    return {str(seconds(row["day"])): row["count"] for row in counted}
