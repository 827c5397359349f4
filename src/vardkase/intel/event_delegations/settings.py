"""Setting that allows delegation of events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

DELEGATION = Setting(
    "MISP.delegation",
    True,
    _(
        "This feature allows users to create org only events and ask another organisation to take ownership of the "
        "event. This allows organisations to remain anonymous by asking a partner to publish an event for them."
    ),
    changed_by=ChangedBy.OFFICERS,
)
