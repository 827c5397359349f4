"""Steps of the retention stories."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.identity.two_people import approved, at_screen
from vardkase.core.clock import now_seconds
from vardkase.hub.retention.carrying_out import carry_out
from vardkase.hub.retention.counting import count
from vardkase.hub.retention.models import RetentionPlanRule, RetentionRun
from vardkase.hub.retention.proposing import propose_rule
from vardkase.hub.retention.running import order_dry_run, propose_carrying_out
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event

WHY = "Enligt gallringsplanen."
PERSON, COLLEAGUE = "anna.ekstrand@mailbox.example", "bertil.lind@mailbox.example"
OLD = now_seconds() - 3 * 366 * 86_400
RULE = {
    "subject": "personal_data",
    "title": "E-postadresser till personer",
    "kind": "email",
    "months": 24,
    "counted_from": "last_seen",
    "way": "remove",
    "includes_versions": True,
    "legal_ground": "RA-MS 2026:99",
    "duty_note": "Lagringsminimering väger tyngre än bevarande för dessa uppgifter.",
    "starts_on": "2026-01-01",
}
CASES = {
    "subject": "case_files",
    "title": "Avslutade medlemsärenden",
    "case_kind": "membership",
    "months": 60,
    "legal_ground": "RA-MS 2026:12",
    "starts_on": "2026-01-01",
}


def publish(seed: Seed, info: str = "Nätfiske", **more: Any) -> Event:
    seen = timezone.datetime.fromtimestamp(OLD, timezone.get_default_timezone()).isoformat()
    document = {
        "info": info,
        "distribution": "3",
        "published": True,
        "date": "2023-01-01",
        "Attribute": [
            {"type": "email-src", "value": PERSON, "last_seen": seen, "comment": "Sågs två gånger"},
            {"type": "email-src", "value": COLLEAGUE},  # Seen now.
            {"type": "text", "category": "Other", "value": f"Mejl till {PERSON} igen", "last_seen": seen},
            {"type": "domain", "value": "brev.example", "last_seen": seen},
        ],
    } | more
    status, body = call(seed.publisher.key, "POST", "/events/add", {"Event": document})
    assert status == 200, body
    return Event.objects.order_by("-pk")[0]


def in_force(seed: Seed, second: User, jurist: User, **more: Any) -> RetentionPlanRule:
    propose_rule(at_screen(jurist), None, RULE | more, WHY)
    made = approved(second)
    assert isinstance(made, RetentionPlanRule)
    return made


def counted(officer: User) -> RetentionRun:
    run = order_dry_run(at_screen(officer))
    count(hub_actor(), run.pk)
    run.refresh_from_db()
    return run


def carried_out(run: RetentionRun, officer: User, second: User) -> RetentionRun:
    propose_carrying_out(at_screen(officer), run.pk, WHY)
    approved(second)
    carry_out(hub_actor(), run.pk)
    run.refresh_from_db()
    return run
