"""Actions on events and what belongs to them, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class IntelAction(AuditAction):
    ANALYST_DATA_RECEIVED = "analyst_data.received", _("Analyst data was received from another instance")
    ATTRIBUTE_ADDED = "attribute.added", _("The attribute was added"), _("Attributes were added")
    ATTRIBUTE_CHANGE_UNDONE = (
        "attribute.change_undone",
        _("A change of the attribute was undone"),
        _("A change of attributes was undone"),
    )
    ATTRIBUTE_DELETED = "attribute.deleted", _("The attribute was deleted"), _("Attributes were deleted")
    ATTRIBUTE_EDITED = "attribute.edited", _("The attribute was changed"), _("Attributes were changed")
    ATTRIBUTE_RESTORED = "attribute.restored", _("The attribute was restored"), _("Attributes were restored")
    COLLECTION_ADDED = "collection.added", _("The collection was created")
    COLLECTION_DELETED = "collection.deleted", _("The collection was deleted")
    COLLECTION_EDITED = "collection.edited", _("The collection was changed")
    COLLECTION_ELEMENT_ADDED = "collection.element_added", _("Something was added to the collection")
    COLLECTION_ELEMENT_DELETED = "collection.element_deleted", _("Something was removed from the collection")
    COLLECTION_RECEIVED = "collection.received", _("The collection was received from another instance")
    CRYPTOGRAPHIC_KEY_ADDED = (
        "cryptographic_key.added",
        _("A key that may change the event from another instance was added"),
    )
    CRYPTOGRAPHIC_KEY_DELETED = (
        "cryptographic_key.deleted",
        _("A key that could change the event from another instance was removed"),
    )
    CRYPTOGRAPHIC_KEY_SIGNED = "cryptographic_key.signed", _("Something was signed with the hub’s key")
    EVENT_ADDED = "event.added", _("The event was created")
    EVENT_DELEGATED = "event.delegated", _("The event was offered to another organisation")
    EVENT_DELEGATION_ACCEPTED = "event.delegation_accepted", _("The event’s owner changed")
    EVENT_DELEGATION_DELETED = (
        "event.delegation_deleted",
        _("The offer of the event was withdrawn or declined"),
    )
    EVENT_DELETED = "event.deleted", _("The event was deleted")
    EVENT_EDITED = "event.edited", _("The event was changed")
    EVENT_PARTS_ADDED = "event.parts-added", _("Attributes, objects or reports were added to the event")
    EVENT_PROTECTED = "event.protected", _("The event is protected: changes from elsewhere must be signed")
    EVENT_PUBLISHED = "event.published", _("The event was published")
    EVENT_PUBLICATION_REQUEST_CLOSED = (
        "event.publication_request_closed",
        _("The request to publish the event was withdrawn or declined"),
    )
    EVENT_PUBLICATION_REQUESTED = (
        "event.publication_requested",
        _("Colleagues were asked to publish the event"),
    )
    EVENT_REPORTER_CONTACTED = "event.reporter_contacted", _("A message was sent to the event’s creator")
    EVENT_SENT_TO_MODULE = "event.sent_to_module", _("The event was sent to an export module")
    EVENT_SHARING_GROUP_REQUESTED = (
        "event.sharing_group_requested",
        _("Colleagues were asked for a sharing group for the event"),
    )
    EVENT_UNPROTECTED = "event.unprotected", _("The event is no longer protected")
    EVENT_UNPUBLISHED = "event.unpublished", _("The event was unpublished")
    EVENT_QUARANTINED = "event.quarantined", _("The event was put in quarantine: nobody can read it")
    EVENT_RELEASED = "event.released", _("The event was released from quarantine")
    EVENT_WITHHELD = "event.withheld", _("The event was withheld: something in it must not be shared")
    EVENT_GRAPH_ADDED = "event_graph.added", _("The graph was saved")
    EVENT_GRAPH_DELETED = "event_graph.deleted", _("The saved graph was deleted")
    EVENT_REPORT_ADDED = "event_report.added", _("The report was added")
    EVENT_REPORT_DELETED = "event_report.deleted", _("The report was deleted")
    EVENT_REPORT_EDITED = "event_report.edited", _("The report was changed")
    EVENT_REPORT_EXTRACTED = "event_report.extracted", _("Values in the report were added to the event")
    EVENT_REPORT_RESTORED = "event_report.restored", _("The report was restored")
    EVENT_REPORT_TEMPLATE_ADDED = "event_report_template.added", _("The report template was added")
    EVENT_REPORT_TEMPLATE_DELETED = "event_report_template.deleted", _("The report template was deleted")
    EVENT_REPORT_TEMPLATE_EDITED = "event_report_template.edited", _("The report template was changed")
    EVENT_TEMPLATE_ADDED = "event_template.added", _("The event template was added")
    EVENT_TEMPLATE_DELETED = "event_template.deleted", _("The event template was deleted")
    EVENT_TEMPLATE_EDITED = "event_template.edited", _("The event template was changed")
    EVENT_TEMPLATE_UPDATED = "event_template.updated", _("The hub’s event templates were updated")
    FILE_MOVED = "file.moved", _("Stored files were moved to another place")
    FILE_REMOVED_UNUSED = "file.removed_unused", _("Unused files were removed")
    NOTE_ADDED = "note.added", _("The note was added")
    NOTE_DELETED = "note.deleted", _("The note was deleted")
    NOTE_EDITED = "note.edited", _("The note was changed")
    OBJECT_ADDED = "object.added", _("The object was added")
    OBJECT_DELETED = "object.deleted", _("The object was deleted")
    OBJECT_EDITED = "object.edited", _("The object was changed")
    OBJECT_GROUPED = "object.grouped", _("The object was created from attributes of the event")
    OBJECT_REFERENCE_ADDED = (
        "object_reference.added",
        _("The relationship was added"),
        _("Relationships were added"),
    )
    OBJECT_REFERENCE_DELETED = "object_reference.deleted", _("The relationship was deleted")
    OPINION_ADDED = "opinion.added", _("The opinion was added")
    OPINION_DELETED = "opinion.deleted", _("The opinion was deleted")
    OPINION_EDITED = "opinion.edited", _("The opinion was changed")
    PERSONAL_DATA_ANSWERED = (
        "personal_data.answered",
        _("The necessity of personal data in the event was stated"),
    )
    PERSONAL_DATA_ANSWER_TAKEN_BACK = (
        "personal_data.answer_taken_back",
        _("The answer about personal data in the event was undone"),
    )
    PERSONAL_DATA_OFFENCE_DENIED = (
        "personal_data.offence_denied",
        _("It was stated that personal data in the event do not concern an offence"),
    )
    PERSONAL_DATA_OFFENCE_DENIAL_TAKEN_BACK = (
        "personal_data.offence_denial_taken_back",
        _("The statement that personal data in the event do not concern an offence was undone"),
    )
    PERSONAL_DATA_REPLACED = (
        "personal_data.replaced",
        _("Personal data in the event were pseudonymised or removed"),
    )
    WITHHELD_COUNT_SET = (
        "personal_data.withheld_count_set",
        _("It was decided whether readers are told how much about offences is withheld from them"),
    )
    PROPOSAL_ACCEPTED = "proposal.accepted", _("The proposal was accepted")
    PROPOSAL_ADDED = "proposal.added", _("The proposal was made")
    PROPOSAL_COMMENTED = "proposal.commented", _("A comment on the proposal was written")
    PROPOSAL_DISCARDED = "proposal.discarded", _("The proposal was discarded")
    PROPOSAL_RECEIVED = "proposal.received", _("The proposals were received from another instance")
    PROPOSAL_REOPENED = "proposal.reopened", _("Decided proposals were opened again")
    RELATIONSHIP_ADDED = "relationship.added", _("The relationship was added")
    RELATIONSHIP_DELETED = "relationship.deleted", _("The relationship was deleted")
    RELATIONSHIP_EDITED = "relationship.edited", _("The relationship was changed")
    SIGHTING_ADDED = "sighting.added", _("Sightings were added")
    SIGHTING_DELETED = "sighting.deleted", _("The sighting was deleted")
    SIGHTING_PUBLISHED = "sighting.published", _("Sightings were published")
    SIGHTING_RECEIVED = "sighting.received", _("Sightings were received from another instance")
    TAG_ATTACHED = "tag.attached", _("The tag was added"), _("The tag was added to attributes")
    TAG_DETACHED = "tag.detached", _("The tag was removed")
    TAG_RELATED = "tag.related", _("The relationship of the tag was changed")
    TAXONOMY_TAGS_NORMALISED = "taxonomy.tags_normalised", _("Tags were converted to the taxonomies’ tags")
