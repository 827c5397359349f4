"""Open tasks of customer service, for the overview and for operators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.customer_service.queries import waiting_for
from vardkase.hub.membership.overview.figures import OpenTask
from vardkase.hub.membership.overview.tasks import connecting
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole


def requests(actor: Actor) -> OpenTask:
    return OpenTask(_("Support requests"), waiting_for(actor), "service")


def operators_tasks(actor: Actor) -> list[OpenTask]:
    actor.require_staff(StaffRole.OPERATOR)
    return [task for source in (connecting, requests) if (task := source(actor)).count]
