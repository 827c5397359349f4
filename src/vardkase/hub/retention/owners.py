"""What the owners of events are told of a run that has changed them: numbers only, nothing that was in the events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import can_send
from vardkase.core.private_links import page_address
from vardkase.hub.retention.models import RetentionItemState, RetentionPlanRule, RetentionRun
from vardkase.identity.accounts.queries import active_users
from vardkase.intel.models import Event

LISTED = 100
WAITING = Q(state=RetentionItemState.WAITING)


def tell_owners(run: RetentionRun) -> None:
    """Write to the administrators of each organisation whose events a run has changed, or versions of them."""
    if not can_send():
        return
    changed = run.items.filter(WAITING | Q(state=RetentionItemState.DONE)).exclude(event_id=0)
    counted = changed.values("event_id").annotate(places=Count("pk"), waiting=Count("pk", filter=WAITING))
    by_event = {each["event_id"]: each for each in counted.order_by("event_id")}
    owned: dict[int, list[int]] = defaultdict(list)
    for event_id, owner in Event.objects.filter(pk__in=by_event).order_by("pk").values_list("pk", "org_id"):
        owned[owner].append(event_id)
    for owner, event_ids in owned.items():
        rows: Sequence[Sequence[str | Promise]] = [
            (str(pk), str(by_event[pk]["places"]), _("Publish again") if by_event[pk]["waiting"] else "–")
            for pk in event_ids[:LISTED]
        ]
        rules = RetentionPlanRule.objects.filter(pk__in=changed.filter(event_id__in=event_ids).values("rule"))
        administrators = active_users().filter(org=owner, role__perm_admin=True)
        notify(
            "retention_applied",
            None,
            [Recipient.of(user) for user in administrators],
            {
                "run": run.number,
                "rules": sorted({rule.reference for rule in rules}),
                "places": sum(by_event[pk]["places"] for pk in event_ids),
                "events": rows,
                "limit": LISTED if len(event_ids) > LISTED else "",
                "link": page_address("/support/"),
            },
        )
