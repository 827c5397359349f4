"""Labels and descriptions of MISP's permission flags."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

FLAGS: dict[str, tuple[Any, Any]] = {
    "perm_add": (_("Create events"), _("Add events, and change events one has created.")),
    "perm_modify": (_("Change own events"), _("Change events that one has created oneself.")),
    "perm_modify_org": (_("Change the organisation's events"), _("Change events of colleagues.")),
    "perm_publish": (_("Publish"), _("Send events to everybody that their reach names.")),
    "perm_delegate": (_("Delegate"), _("Ask another organisation to publish an event in its name.")),
    "perm_tagger": (_("Tag"), _("Put tags on events and attributes, and take them off.")),
    "perm_sighting": (_("Sightings"), _("Tell that a value has been seen.")),
    "perm_analyst_data": (
        _("Notes and opinions"),
        _("Write notes, opinions and relationships on what others share."),
    ),
    "perm_auth": (_("API keys"), _("Make keys and use the API.")),
    "perm_audit": (_("Audit trail"), _("Read what one's own organisation has done.")),
    "perm_admin": (_("Administer the organisation"), _("Handle its accounts and their keys.")),
    "perm_sharing_group": (_("Sharing groups"), _("Create sharing groups and choose their members.")),
    "perm_sync": (_("Synchronise"), _("Exchange events with another hub. For machines.")),
    "perm_sync_internal": (
        _("Synchronise internally"),
        _("Synchronise within one's own organisation, without lowering the reach."),
    ),
    "perm_sync_authoritative": (
        _("Authoritative synchronisation"),
        _("Overwrite what other hubs have sent."),
    ),
    "perm_server_sign": (_("Sign for the hub"), _("Sign protected events with the hub's key.")),
    "perm_tag_editor": (_("Edit tags"), _("Create and change the tags themselves.")),
    "perm_template": (_("Edit templates"), _("Create and change event templates.")),
    "perm_object_template": (_("Edit object templates"), _("Create and change object templates.")),
    "perm_galaxy_editor": (_("Edit galaxies"), _("Create and change galaxies and clusters.")),
    "perm_decaying": (_("Decay models"), _("Create and change models for how values age.")),
    "perm_warninglist": (_("Warning lists"), _("Handle lists of values that often are false alarms.")),
    "perm_regexp_access": (_("Import rules"), _("Handle rules that rewrite values as they come in.")),
    "perm_view_feed_correlations": (_("See feed correlations"), _("See which feeds hold a value.")),
    "perm_publish_zmq": (_("Publish to ZeroMQ"), _("Send events to the hub's message queue by hand.")),
    "perm_publish_kafka": (_("Publish to Kafka"), _("Send events to Kafka by hand.")),
    "perm_skip_otp": (_("No second factor"), _("Sign in with a password alone. Avoid it.")),
    "perm_full": (_("Full access"), _("Held by administrators; grants nothing by itself.")),
    "perm_site_admin": (_("Administer the hub"), _("Everything, for every organisation. Read all events.")),
}
