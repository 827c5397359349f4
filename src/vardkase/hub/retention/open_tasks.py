"""The open task that a dry run is: somebody decides what is done with what is due."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind
from vardkase.hub.retention.queries import waiting_run
from vardkase.hub.retention.running import CARRY_OUT
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.queries import waiting_request
from vardkase.identity.accounts.staff import StaffRole


def runs_to_decide(_actor: Actor) -> Iterator[OfficeTask]:
    run = waiting_run()
    # Once it is proposed, the second person has it among the approvals.
    if run and waiting_request(CARRY_OUT.name, str(run.pk)) is None:
        due = ngettext("%(count)s item is due", "%(count)s items are due", run.affected) % {
            "count": run.affected
        }
        yield OfficeTask(
            reference=run.number,
            title=gettext("%(number)s: %(due)s") % {"number": run.number, "due": due},
            path=f"/retention/runs/{run.pk}/",
            since=run.counted_at,
        )


DUE = TaskKind(
    name="retention",
    label=_("Retention to decide on"),
    noun=_("Retention"),
    duties=frozenset({StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER}),
    source=runs_to_decide,
    view="retention",
)
