"""The findings of the diagnostics in words: what was found, and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from django.utils.formats import number_format

from vardkase.hub.instance.findings import worded
from vardkase.hub.instance.health import Check
from vardkase.hub.instance.job_kinds import JobKind
from vardkase.web.core.jobs.labels import label_of
from vardkase.web.ui.navigation import address_of

PAGES = {
    "queue": "jobs",
    "schedules": "schedules",
    "feeds": "feeds",
    "connections": "servers",
    "audit_log": "audit_oversight",
    "backups": "backups",
    "sealed_links": "sealed_links",
}
"""Where to look into a finding."""


@dataclass(frozen=True, slots=True)
class HealthFinding:
    title: str
    state: str
    said: str
    advice: str
    url: str
    details: list[dict[str, object]] = field(default_factory=list)


def finding_of(check: Check) -> HealthFinding:
    words = worded(check)
    page = PAGES.get(check.name, "")
    return HealthFinding(
        words.title,
        check.state.value,
        words.said,
        words.advice,
        address_of(page) if page else "",
        [
            {**found, "name": str(found["id"]).removeprefix("vardkase.")}
            for found in check.facts.get("found", [])
        ],
    )


@dataclass(frozen=True, slots=True)
class JobKindRow:
    title: str
    kind: JobKind
    seconds: str
    growth: str


def job_kind_row(kind: JobKind) -> JobKindRow:
    seconds = "" if kind.seconds is None else number_format(round(kind.seconds, 1))
    growth = "" if kind.growth is None else f"{kind.growth:+d} %".replace("-", "−")
    return JobKindRow(label_of(kind.task, json.dumps({"name": kind.name})), kind, seconds, growth)
