"""What has to be looked into when the audit log does not verify, or its checkpoints do not arrive outside."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub.audit_log.delivering import failing_deliveries
from vardkase.hub.audit_log.holding import troubled_hubs
from vardkase.hub.audit_log.state import last_findings, last_verdict
from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import OVERSEE


def audit_tasks(_actor: Actor) -> Iterator[OfficeTask]:
    verified, findings = last_findings()
    if findings:
        title = (
            gettext("The audit log is not proved: nothing signed covers its last entries")
            if last_verdict() == "not proved"
            else ngettext(
                "The audit log is not intact: %(n)s finding",
                "The audit log is not intact: %(n)s findings",
                len(findings),
            )
            % {"n": len(findings)}
        )
        yield OfficeTask(reference="verification", title=title, path=reverse("audit"), since=verified)
    for each in failing_deliveries():
        title = gettext("Checkpoints of the audit log do not arrive (%(name)s)") % {"name": each.name}
        yield OfficeTask(reference=each.name, title=title, path=reverse("audit"), since=each.since)
    for hub in troubled_hubs():
        words = (
            gettext("Checkpoints of another hub’s audit log contradict each other (%(name)s)")
            if hub.contradicts
            else gettext("Another hub delivers no checkpoints of its audit log (%(name)s)")
        )
        yield OfficeTask(
            reference=str(hub.key.hub),
            title=words % {"name": hub.key.name},
            path=reverse("audit_held_hub", args=[hub.key.hub]),
            since=hub.newest.received_at if hub.newest else hub.key.registered_at,
        )


TASKS = TaskKind(
    name="audit_log",
    label=_("Audit log to look into"),
    noun=_("Audit log"),
    duties=OVERSEE,
    source=audit_tasks,
    view="audit",
)
