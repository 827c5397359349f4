"""What the audit trail's entries say, in sentences and words. An unknown action shows as it is written."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.audit.models import AuditEntry

NOUNS = {
    "attribute": _("Attribute"),
    "auth_key": _("API key"),
    "correlation": _("Correlations"),
    "correlation_exclusion": _("Exclusion from correlation"),
    "event": _("Event"),
    "event_report": _("Report"),
    "galaxy": _("Galaxy"),
    "library": _("Libraries"),
    "noticelist": _("Notice list"),
    "object": _("Object"),
    "object_reference": _("Relationship"),
    "object_template": _("Object template"),
    "organisation": _("Organisation"),
    "registration": _("Request for an account"),
    "role": _("Role"),
    "second_factor": _("Second factor"),
    "setting": pgettext_lazy("of the hub", "Setting"),
    "sharing_group": _("Sharing group"),
    "tag": pgettext_lazy("noun", "Tag"),
    "taxonomy": _("Taxonomy"),
    "user": _("Account"),
    "user_setting": _("Personal setting"),
    "warninglist": _("Warning list"),
    "worker": _("Worker"),
}
"""The kinds of things that the trail is filtered by."""

# Whole sentences: in Swedish the form of the verb follows the noun.
SENTENCES: dict[str, str | Promise] = {
    "attribute.added": _("The attribute was added"),
    "attribute.deleted": _("The attribute was deleted"),
    "attribute.edited": _("The attribute was changed"),
    "attribute.restored": _("The attribute was restored"),
    "auth_key.created": _("The API key was created"),
    "auth_key.deleted": _("The API key was revoked"),
    "auth_key.edited": _("The API key was changed"),
    "auth_key.reset": _("The API key was replaced"),
    "correlation.rebuilt": _("The correlations were rebuilt"),
    "correlation_exclusion.added": _("The exclusion from correlation was added"),
    "correlation_exclusion.cleaned": _("Excluded correlations were cleaned away"),
    "correlation_exclusion.deleted": _("The exclusion from correlation was deleted"),
    "correlation_exclusion.edited": _("The exclusion from correlation was changed"),
    "event.added": _("The event was created"),
    "event.deleted": _("The event was deleted"),
    "event.edited": _("The event was changed"),
    "event.published": _("The event was published"),
    "event.pushed_to_zeromq": _("The event was sent over ZeroMQ"),
    "event.unpublished": _("The publication was withdrawn"),
    "event_report.added": _("The report was added"),
    "event_report.deleted": _("The report was deleted"),
    "event_report.edited": _("The report was changed"),
    "event_report.extracted": _("Values were taken out of the report"),
    "event_report.restored": _("The report was restored"),
    "galaxy.updated": _("The galaxies were updated"),
    "library.updated": _("The libraries were updated"),
    "noticelist.disabled": _("The notice list was switched off"),
    "noticelist.enabled": _("The notice list was switched on"),
    "noticelist.updated": _("The notice lists were updated"),
    "object.added": _("The object was added"),
    "object.deleted": _("The object was deleted"),
    "object.edited": _("The object was changed"),
    "object_reference.added": _("The relationship was added"),
    "object_reference.deleted": _("The relationship was deleted"),
    "object_template.updated": _("The object templates were updated"),
    "organisation.created": _("The organisation was created"),
    "organisation.deleted": _("The organisation was deleted"),
    "organisation.edited": _("The organisation was changed"),
    "registration.accepted": _("The request for an account was accepted"),
    "registration.discarded": _("The request for an account was discarded"),
    "registration.requested": _("An account was asked for"),
    "role.created": _("The role was created"),
    "role.deleted": _("The role was deleted"),
    "role.edited": _("The role was changed"),
    "role.made_default": _("The role was made the default"),
    "second_factor.added": _("A second factor was added"),
    "second_factor.removed": _("A second factor was removed"),
    "second_factor.renewed": _("A second factor was renewed"),
    "setting.changed": _("The setting was changed"),
    "sharing_group.created": _("The sharing group was created"),
    "sharing_group.deleted": _("The sharing group was deleted"),
    "sharing_group.edited": _("The sharing group was changed"),
    "sharing_group.organisation_added": _("An organisation was added to the sharing group"),
    "sharing_group.organisation_removed": _("An organisation was removed from the sharing group"),
    "sharing_group.server_added": _("A hub was added to the sharing group"),
    "sharing_group.server_removed": _("A hub was removed from the sharing group"),
    "tag.attached": _("The tag was put on"),
    "tag.changed": _("The tag was changed"),
    "tag.created": _("The tag was created"),
    "tag.deleted": _("The tag was deleted"),
    "tag.detached": _("The tag was taken off"),
    "taxonomy.disabled": _("The taxonomy was switched off"),
    "taxonomy.enabled": _("The taxonomy was switched on"),
    "taxonomy.required": _("The requirement of the taxonomy was changed"),
    "taxonomy.tags_created": _("The taxonomy's tags were created"),
    "taxonomy.tags_hidden": _("The taxonomy's tags were hidden"),
    "taxonomy.updated": _("The taxonomies were updated"),
    "user.created": _("The account was created"),
    "user.deleted": _("The account was deleted"),
    "user.edited": _("The account was changed"),
    "user.password_changed": _("The password was changed"),
    "user.password_reset": _("The account was given a one-time password"),
    "user.second_factor_refused": _("A wrong second factor was given"),
    "user.second_factor_reset": _("The second factor was taken away"),
    "user.sign_in_refused": _("A wrong password was given"),
    "user.signed_in": _("Sign-in succeeded"),
    "user.signed_out_everywhere": _("The account was signed out everywhere"),
    "user_setting.changed": _("The personal setting was changed"),
    "user_setting.deleted": _("The personal setting was taken back"),
    "warninglist.disabled": _("The warninglist was switched off"),
    "warninglist.enabled": _("The warninglist was switched on"),
    "warninglist.updated": _("The warninglists were updated"),
    "worker.stopped": _("Workers were stopped"),
}
SEVERAL: dict[str, str | Promise] = {
    "attribute.added": _("Attributes were added"),
    "attribute.deleted": _("Attributes were deleted"),
    "attribute.edited": _("Attributes were changed"),
    "attribute.restored": _("Attributes were restored"),
    "tag.attached": _("The tag was put on attributes"),
}
"""The same when one entry tells of a number of things at once."""


def act(entry: AuditEntry) -> str:
    """ "The event was published" for an entry of ``event.published``."""
    count = entry.change.get("count")
    if isinstance(count, int) and count > 1 and entry.action in SEVERAL:
        return str(SEVERAL[entry.action])
    return str(SENTENCES.get(entry.action, entry.action))
