"""What the audit trail's entries are called. An action is ``noun.verb``; a new one shows as it is written."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOUNS = {
    "attribute": _("Attribute"),
    "auth_key": _("API key"),
    "correlation": _("Correlations"),
    "correlation_exclusion": _("Exclusion from correlation"),
    "event": _("Event"),
    "event_report": _("Report"),
    "galaxy": _("Galaxy"),
    "noticelist": _("Notice list"),
    "object": _("Object"),
    "object_reference": _("Relationship"),
    "object_template": _("Object template"),
    "organisation": _("Organisation"),
    "role": _("Role"),
    "second_factor": _("Second factor"),
    "sharing_group": _("Sharing group"),
    "tag": _("Tag"),
    "taxonomy": _("Taxonomy"),
    "user": _("Account"),
    "warninglist": _("Warning list"),
}
VERBS = {
    "added": pgettext_lazy("act", "added"),
    "attached": pgettext_lazy("act", "attached"),
    "changed": pgettext_lazy("act", "changed"),
    "cleaned": pgettext_lazy("act", "cleaned"),
    "created": pgettext_lazy("act", "created"),
    "deleted": pgettext_lazy("act", "deleted"),
    "detached": pgettext_lazy("act", "detached"),
    "disabled": pgettext_lazy("act", "switched off"),
    "edited": pgettext_lazy("act", "edited"),
    "enabled": pgettext_lazy("act", "switched on"),
    "made_default": pgettext_lazy("act", "made the default"),
    "organisation_added": pgettext_lazy("act", "organisation added"),
    "organisation_removed": pgettext_lazy("act", "organisation removed"),
    "password_changed": pgettext_lazy("act", "password changed"),
    "password_reset": pgettext_lazy("act", "password reset"),
    "published": pgettext_lazy("act", "published"),
    "rebuilt": pgettext_lazy("act", "rebuilt"),
    "removed": pgettext_lazy("act", "removed"),
    "renewed": pgettext_lazy("act", "renewed"),
    "required": pgettext_lazy("act", "made required"),
    "reset": pgettext_lazy("act", "replaced"),
    "restored": pgettext_lazy("act", "restored"),
    "second_factor_refused": pgettext_lazy("act", "wrong second factor"),
    "second_factor_reset": pgettext_lazy("act", "second factor taken away"),
    "server_added": pgettext_lazy("act", "server added"),
    "server_removed": pgettext_lazy("act", "server removed"),
    "sign_in_refused": pgettext_lazy("act", "wrong password"),
    "signed_in": pgettext_lazy("act", "signed in"),
    "signed_out_everywhere": pgettext_lazy("act", "signed out everywhere"),
    "unpublished": pgettext_lazy("act", "unpublished"),
    "updated": pgettext_lazy("act", "updated"),
}


def act(action: str) -> str:
    """ "Event: published" for ``event.published``."""
    noun, _dot, verb = action.partition(".")
    return f"{NOUNS.get(noun, noun)}: {VERBS.get(verb, verb)}"


def verb(action: str) -> str:
    """ "published" for ``event.published``, where the noun is plain."""
    name = action.partition(".")[2]
    return str(VERBS.get(name, name)).capitalize()
