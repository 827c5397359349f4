"""Mail settings for officers and site administrators; the operator configures the mail server."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

DISABLED = Setting(
    "MISP.disable_emailing",
    False,
    _("Send no mail at all, for example during maintenance or a first pull."),
    changed_by=ChangedBy.SITE_ADMIN,
)
FROM_NAME = Setting(
    "MISP.email_from_name",
    "",
    _("The name beside the hub's address in what it sends."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
REPLY_TO = Setting(
    "MISP.email_reply_to",
    "",
    _("Where answers to the hub's mail go when nobody wrote it; empty: to the sender's address."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
SIGN = Setting(
    "GnuPG.sign",
    True,
    _("Sign the hub’s mail, once it has a key (GnuPG.signing_key)."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
SENDER_NAME = Setting(
    "Vardkase.sender_name",
    "",
    _(
        "The authority that letters, decisions and mail come from; empty: the name beside the hub's mail address."
    ),
    changed_by=ChangedBy.OFFICERS,
)


def sender() -> str:
    """The authority that mail and letters come from, in words."""
    return SENDER_NAME.value or FROM_NAME.value or "Vårdkase"
