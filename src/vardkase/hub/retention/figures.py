"""Counts of a run: by rule, place, organisation and outcome. No content, and no number of anything."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from vardkase.core.sql import cursor
from vardkase.hub.retention.models import Exemption, RetentionItemState, RetentionRun

MOST_ORGANISATIONS = 500


def counts(run: RetentionRun) -> dict[str, Any]:
    """`rules`: per rule and place; `organisations`: per organisation, the largest first; `exempted`: per reason."""
    values = {"run": run.pk, "exempt": RetentionItemState.EXEMPT.value, "most": MOST_ORGANISATIONS}
    values["states"] = [RetentionItemState.DONE.value, RetentionItemState.WAITING.value]
    executor = cursor()
    rules = executor.execute(BY_RULE, values).fetchall()
    organisations = executor.execute(BY_ORGANISATION, values).fetchall()
    exempted = executor.execute(BY_REASON, values).fetchall()
    names = ("rule", "version", "title", "place", "affected", "exempted", "done", "waiting", "failed")
    return {
        "rules": [dict(zip(names, row, strict=True)) for row in rules],
        "organisations": [
            {"name": name or "", "affected": affected, "exempted": stopped, "done": done}
            for name, affected, stopped, done in organisations
        ],
        "exempted": [{"why": why, "count": count} for why, count in exempted],
    }


def digest_of(figures: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()


def reason_in_words(why: str) -> str:
    return str(Exemption(why).label)


BY_RULE = """
SELECT 'R-' || r.number, r.version, r.title, i.place, count(*) FILTER (WHERE i.state <> %(exempt)s),
    count(*) FILTER (WHERE i.state = %(exempt)s), count(*) FILTER (WHERE i.state = ANY(%(states)s::text[])),
    count(*) FILTER (WHERE i.state = 'waiting'), count(*) FILTER (WHERE i.state = 'failed')
FROM retention_item i JOIN retention_rule r ON r.id = i.rule_id WHERE i.run_id = %(run)s
GROUP BY r.number, r.version, r.title, i.place ORDER BY r.number, i.place
"""
BY_ORGANISATION = """
SELECT o.name, count(*) FILTER (WHERE i.state <> %(exempt)s), count(*) FILTER (WHERE i.state = %(exempt)s),
    count(*) FILTER (WHERE i.state = ANY(%(states)s::text[]))
FROM retention_item i LEFT JOIN organisation o ON o.id = i.organisation_id WHERE i.run_id = %(run)s
GROUP BY o.id, o.name ORDER BY count(*) DESC, o.name LIMIT %(most)s
"""
BY_REASON = """
SELECT exemption, count(*) FROM retention_item WHERE run_id = %(run)s AND exemption <> ''
GROUP BY exemption ORDER BY exemption
"""
