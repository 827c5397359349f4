"""Versions kept as record: what in them is due by a rule, and its end, with a mark of when and by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from vardkase.core.clock import now_seconds, today
from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.core.time_budget import check_time
from vardkase.formats.misp_json.rewriting import document_of
from vardkase.hub.law.disposal_marks import disposal_mark, is_disposed
from vardkase.hub.retention.holds import EXEMPTION_OF_EVENT, PARAMETERS
from vardkase.hub.retention.models import (
    CountedFrom,
    RetentionItem,
    RetentionItemState,
    RetentionPlace,
    RetentionPlanRule,
    RetentionRun,
    VersionCheck,
)
from vardkase.hub.retention.selecting import cutoff, is_by_type_alone
from vardkase.intel.models import EventVersion
from vardkase.intel.personal_data.expiry import Expired
from vardkase.intel.personal_data.replacing import Replacement
from vardkase.misp.time import parse_seen

AT_ONCE = 200
"""Versions whose lines are read at a time; their documents are read one by one."""


def mark_of(rule: RetentionPlanRule) -> str:
    return disposal_mark(today(), rule.reference)


def expired_by(rule: RetentionPlanRule, *, removed: str = "") -> Expired:
    named = {"removed": removed} if removed else {}
    return Expired(rule.kind, is_by_type_alone(rule), Replacement(rule.way), **named)


@dataclass(slots=True)
class Search:
    """Goes through the event of one document: counts what is due, and changes it if `writes`."""

    rule: RetentionPlanRule
    until: int
    first_published: int
    event: dict[str, Any]
    writes: bool = False
    count: int = 0
    due_from: int | None = None
    mark: str = field(init=False)
    expired: Expired = field(init=False)
    uuid: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.mark = mark_of(self.rule)
        self.expired = expired_by(self.rule, removed=self.mark)
        self.uuid = UUID(str(self.event["uuid"]))

    def run(self) -> None:
        tagged = self._is_tagged(self.event)
        for part in self._attributes():
            check_time()
            if tagged or self._is_tagged(part):
                self._attribute(part)
        if not tagged or self.rule.attribute_type:
            return
        is_seen = self.rule.counted_from == CountedFrom.LAST_SEEN
        at = _day_of(self.event) if is_seen else _number(self.event.get("timestamp"))
        self._texts(self.event, ("info",), at)
        for part in self.event.get("Object") or []:
            self._texts(part, ("comment",), _number(part.get("timestamp")))
        for part in self.event.get("EventReport") or []:
            self._texts(part, ("name", "content"), _number(part.get("timestamp")))

    def _attributes(self) -> Iterator[dict[str, Any]]:
        yield from self.event.get("Attribute") or []
        for each in self.event.get("Object") or []:
            yield from each.get("Attribute") or []

    def _is_tagged(self, part: dict[str, Any]) -> bool:
        wanted = self.rule.tag.lower()
        return not wanted or any(str(tag.get("name")).lower() == wanted for tag in part.get("Tag") or [])

    def _attribute(self, part: dict[str, Any]) -> None:
        wanted = self.rule.attribute_type
        value, comment = str(part.get("value") or ""), str(part.get("comment") or "")
        if (wanted and part.get("type") != wanted) or is_disposed(value):
            return
        left = self.expired.in_attribute(self.uuid, str(part.get("type")), value, comment)
        if left is None or not self._is_due(_time_of(part, self.rule.counted_from)):
            return
        self.count += 1
        if self.writes:
            part["value"] = self.mark if left[0] is None else left[0]
            part["comment"] = f"{left[1]} {self.mark}".strip()
            part.pop("data", None)

    def _texts(self, part: dict[str, Any], names: Sequence[str], changed_at: int) -> None:
        found = {name: self.expired.in_text(self.uuid, str(part.get(name) or "")) for name in names}
        due = {name: text for name, text in found.items() if text is not None}
        if not due or not self._is_due(changed_at):
            return
        self.count += 1
        if self.writes:
            for name, text in due.items():
                part[name] = text if self.mark in text else f"{text} {self.mark}"

    def _is_due(self, since: int) -> bool:
        moment = self.first_published if self.rule.counted_from == CountedFrom.PUBLISHED else since
        if moment <= self.until:
            return True
        self.due_from = moment if self.due_from is None else min(moment, self.due_from)
        return False


def select_versions(run: RetentionRun, rules: Sequence[RetentionPlanRule]) -> None:
    """Enter the versions in which something is due. A version is searched by a rule once, and again only when
    something in it has become due."""
    for rule in rules:
        if not rule.includes_versions:
            continue
        until = cutoff(run, rule)
        values: dict[str, Any] = PARAMETERS | {"rule": rule.pk, "cutoff": until, "limit": AT_ONCE, "after": 0}
        total = cursor().execute(f"SELECT count(*) FROM ({TO_SEARCH}) v", values | {"limit": None}).fetchone()
        done = 0
        while rows := cursor().execute(TO_SEARCH, values).fetchall():
            for row in rows:
                _search(run, rule, until, *row)
                done += 1
                report(done, total[0] if total else 0)
            values["after"] = rows[-1][0]


def _search(
    run: RetentionRun,
    rule: RetentionPlanRule,
    until: int,
    version_id: int,
    first_published: int,
    organisation_id: int | None,
    exemption: str,
) -> None:
    version = EventVersion.objects.get(pk=version_id)
    search = Search(rule, until, first_published, document_of(version))
    search.run()
    if search.count:
        RetentionItem.objects.create(
            run=run,
            rule=rule,
            place=RetentionPlace.VERSION,
            event_id=version.event_id,
            part_id=version.pk,
            organisation_id=organisation_id,
            exemption=exemption,
            state=RetentionItemState.EXEMPT if exemption else RetentionItemState.PENDING,
        )
    # Until it is carried out, it stays due.
    due_from = until if search.count else search.due_from
    VersionCheck.objects.update_or_create(rule=rule, version_id=version.pk, defaults={"due_from": due_from})


def first_publication(event_uuid: UUID) -> int:
    row = (
        cursor()
        .execute("SELECT min(published_at) FROM event_version WHERE event_uuid = %s", (event_uuid,))
        .fetchone()
    )
    return int(row[0]) if row and row[0] is not None else 0


def _time_of(part: dict[str, Any], counted_from: str) -> int:
    changed = _number(part.get("timestamp"))
    if counted_from != CountedFrom.LAST_SEEN:
        return changed
    for name in ("last_seen", "first_seen"):
        with suppress(ValueError):
            return parse_seen(part.get(name), now_seconds()) // 1_000_000
    return changed


def _day_of(event: dict[str, Any]) -> int:
    try:
        return int(datetime.fromisoformat(str(event.get("date"))).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return _number(event.get("timestamp"))


def _number(value: Any) -> int:
    return int(value) if str(value or "").isdigit() else 0


TO_SEARCH = f"""
SELECT v.id, (SELECT min(f.published_at) FROM event_version f WHERE f.event_uuid = v.event_uuid), e.org_id,
    CASE WHEN e.id IS NULL THEN '' ELSE {EXEMPTION_OF_EVENT} END
FROM event_version v LEFT JOIN event e ON e.uuid = v.event_uuid
LEFT JOIN retention_version_check k ON k.version_id = v.id AND k.rule_id = %(rule)s
WHERE v.id > %(after)s AND (k.id IS NULL OR k.due_from <= %(cutoff)s) ORDER BY v.id LIMIT %(limit)s
"""
