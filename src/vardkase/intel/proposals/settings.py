"""Setting that blocks attributes with open proposals from exports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

BLOCK_ATTRIBUTES = Setting(
    "MISP.proposals_block_attributes",
    False,
    _(
        "Whether attributes stay out of exports for detection while somebody proposes to delete them, or to take "
        "them out of detection."
    ),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
