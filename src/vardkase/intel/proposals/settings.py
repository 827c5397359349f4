"""Setting that blocks attributes with open proposals from exports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

BLOCK_ATTRIBUTES = Setting(
    "MISP.proposals_block_attributes",
    False,
    _(
        "Leave attributes out of exports for detection while there is a proposal to delete "
        "them or to stop using them for detection."
    ),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
