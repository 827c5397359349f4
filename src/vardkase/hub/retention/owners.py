"""What organisations are told of a run that has changed what is theirs: numbers only, nothing that was in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import can_send
from vardkase.core.private_links import page_address
from vardkase.hub.retention.models import RetentionItemState, RetentionPlace, RetentionPlanRule, RetentionRun
from vardkase.identity.accounts.queries import active_users
from vardkase.intel.models import Event

LISTED = 100
WAITING = Q(state=RetentionItemState.WAITING)
CONTRIBUTED = (RetentionPlace.PROPOSAL, RetentionPlace.COMMENT, RetentionPlace.ANALYST_DATA)
"""Their author's own, whoever owns the event."""


@dataclass(slots=True)
class Changed:
    """What has been changed of one organisation's: places by event (0 for notes), and those it has to publish."""

    places: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    waiting: set[int] = field(default_factory=set)
    rules: set[int] = field(default_factory=set)


def tell_owners(run: RetentionRun) -> None:
    """Write to the administrators of each organisation whose events, proposals or notes a run has changed."""
    if not can_send():
        return
    every = _changed(run)
    rules = RetentionPlanRule.objects.in_bulk({pk for changed in every.values() for pk in changed.rules})
    for organisation_id, changed in sorted(every.items()):
        administrators = active_users().filter(org=organisation_id, role__perm_admin=True)
        notify(
            "retention_applied",
            None,
            [Recipient.of(user) for user in administrators],
            {
                "run": run.number,
                "rules": sorted({rules[pk].reference for pk in changed.rules}),
                "places": sum(changed.places.values()),
                "events": _rows(changed),
                "limit": LISTED if len(changed.places) > LISTED else "",
                "link": page_address("/support/"),
            },
        )


def _changed(run: RetentionRun) -> dict[int, Changed]:
    done = run.items.filter(WAITING | Q(state=RetentionItemState.DONE)).exclude(place=RetentionPlace.CASE)
    counted = done.values("event_id", "place", "organisation_id", "rule_id")
    rows = list(
        counted.annotate(places=Count("pk"), waiting=Count("pk", filter=WAITING)).order_by("event_id")
    )
    # Whose an event is now: it may have been handed over since the dry run.
    owners = dict(Event.objects.filter(pk__in={row["event_id"] for row in rows}).values_list("pk", "org_id"))
    every: dict[int, Changed] = defaultdict(Changed)
    for row in rows:
        event_id, is_contributed = row["event_id"], row["place"] in CONTRIBUTED
        organisation_id = row["organisation_id"] if is_contributed else owners.get(event_id)
        if organisation_id is None:
            continue
        changed = every[organisation_id]
        changed.places[event_id] += row["places"]
        changed.rules.add(row["rule_id"])
        if row["waiting"] and not is_contributed:
            changed.waiting.add(event_id)
    return every


def _rows(changed: Changed) -> Sequence[Sequence[str | Promise]]:
    return [
        (
            str(event_id) if event_id else _("Notes and opinions"),
            str(places),
            _("Publish again") if event_id in changed.waiting else "–",
        )
        for event_id, places in sorted(changed.places.items())[:LISTED]
    ]
