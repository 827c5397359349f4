"""Helpers for tests of mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vardkase.core.mail.models import OutgoingMail
from vardkase.core.problems import stored_wire
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.notification_mails.alerts import send_alerts
from vardkase.exchange.outbox.models import Delivery
from vardkase.intel.models import Event, EventTag
from vardkase.knowledge.taxonomies.models import Tag

HIDDEN = {"distribution": 0, "type": "domain", "value1": "only-a.example"}
GROUPED = {"distribution": 4, "type": "domain", "value1": "a-and-b.example"}
OPEN = {"type": "domain", "value1": "everybody.example"}


def saved(make: Callable[..., Any], *owner: Any, **fields: Any) -> Any:
    """A stored row of the factories."""
    row = make(*owner, **fields)
    row.save()
    return row


def tag(event: Event, name: str, *, local: bool = False) -> None:
    EventTag.objects.create(event=event, tag=Tag.objects.get_or_create(name=name)[0], local=local)


def put(name: str, value: bool | int | str) -> None:
    SettingValue.objects.update_or_create(name=name, defaults={"value": value})


def alerted(event: Event) -> dict[str, OutgoingMail]:
    """Send the event's mail; returns the queued mails by address."""
    send_alerts(event.pk, event.publish_timestamp)
    return {mail.recipient: mail for mail in OutgoingMail.objects.all()}


def kept_back(event: Event) -> dict[str, str]:
    found = Delivery.objects.filter(event_id=event.pk, state="withheld")
    return {name: stored_wire(reason) for name, reason in found.values_list("receiver_name", "reason")}
