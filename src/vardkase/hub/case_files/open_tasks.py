"""Open tasks in case files: appeals that wait for the authority."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.access import may_handle
from vardkase.hub.case_files.appeals.queries import waiting_appeals
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.open_tasks.registry import MOST, OfficeTask, TaskKind, end_of
from vardkase.identity.access.actor import Actor

DAYS_TO_FORWARD = 7
"""An appeal is handed over promptly (46 § förvaltningslagen); JO has taken that for about a week."""


def appeals_to_handle(actor: Actor) -> Iterator[OfficeTask]:
    for appeal in islice(waiting_appeals(actor), MOST):
        if may_handle(actor, appeal.case_file):
            number = appeal.case_file.number
            yield OfficeTask(
                reference=f"{number}/{appeal.pk}",
                title=f"{number} {appeal.appellant}",
                path=f"/cases/{number}/appeals/{appeal.pk}/",
                deadline=end_of(appeal.arrived_on + timedelta(days=DAYS_TO_FORWARD)),
                since=appeal.at,
            )


APPEALS = TaskKind(
    name="appeal",
    label=_("Appeals to handle"),
    noun=_("Appeal"),
    duties=frozenset(EDITORS),
    source=appeals_to_handle,
    view="case_files",
)
