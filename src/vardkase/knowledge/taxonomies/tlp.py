"""The labels of TLP 2.0 (FIRST) in words, in both languages: the taxonomy has only long texts in English."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEANINGS: dict[str, str | Promise] = {
    "tlp:red": _("Only for those it is given to in person. They may not pass it on."),
    "tlp:amber+strict": _("Only within the recipient’s own organisation, for those who need it."),
    "tlp:amber": _("Within the recipient’s organisation and its clients, for those who need it."),
    "tlp:green": _("Within the recipient’s community, but not in public."),
    "tlp:clear": _("No limit: it may be made public."),
}
OBSOLETE = frozenset(("tlp:white", "tlp:ex:chr", "tlp:unclear"))
"""Labels of the taxonomy that are not in TLP 2.0. They are still read and can be written, but not offered."""


def meaning(tag: str) -> str:
    """Empty for a tag that is none of the labels."""
    return str(MEANINGS.get(tag.lower(), ""))
