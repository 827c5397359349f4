"""A delegation request as the two organisations that it concerns see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES, EventDelegation


@dataclass(frozen=True, slots=True)
class ShownDelegation:
    actor: Actor
    request: EventDelegation

    @property
    def is_to_us(self) -> bool:
        return self.request.org_id == self.actor.organisation_id

    @property
    def recipient_decides(self) -> bool:
        return self.request.distribution == RECIPIENT_DECIDES

    @property
    def may_answer(self) -> bool:
        """Accept or decline it, or withdraw it where it is one's own."""
        return self.actor.may_write and self.actor.may(Permission.ADD)


def request_tabs(current: str) -> list[dict[str, Any]]:
    """The pages of open requests: to take over events, `in` and `out`, to `publish` one's own, and `questions`."""
    handovers = reverse("delegations")
    return [
        {"label": label, "url": url, "current": name == current}
        for name, label, url in (
            ("in", gettext("Handovers to us"), handovers),
            ("out", gettext("Handovers from us"), f"{handovers}?show=made"),
            ("publish", gettext("Requests to publish"), reverse("publication_requests")),
            ("questions", gettext("Questions"), reverse("questions")),
        )
    ]
