"""Settings for tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

HIDE_INCOMING = Setting(
    "MISP.incoming_tags_disabled_by_default",
    False,
    _(
        "Whether tags that documents bring along, and nobody knew, are kept out of the choices of tags at first."
    ),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
