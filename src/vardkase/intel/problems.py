"""Problems of events and their parts; smaller packages have a `problems.py` of their own."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import FieldErrors
from vardkase.core.problems import CommonProblem, Problem, ProblemCode, wire


class IntelProblem(ProblemCode):
    """What any part of an event can be refused for."""

    NOT_AUTHORISED = _("You do not have permission to do this."), "You are not authorised to do that."
    NOT_ALLOWED = _("You do not have permission to do this."), "You do not have the permission to do that."
    UUID_TAKEN = _("Something else already has this UUID."), "The UUID provided is not unique"
    BAD_SHARING_GROUP = (
        _("Choose a sharing group that your organisation is in."),
        "Invalid Sharing Group or not authorised.",
    )
    NO_ORGANISATION = _("Organisation not found."), "Invalid organisation"
    CHANGED_MEANWHILE = _("Someone else has changed this in the meantime.")


class EventProblem(ProblemCode):
    NOT_FOUND = _("Event not found."), "Invalid event"
    NOT_FOUND_TO_FILL = _("Event not found."), "Invalid event."
    NOT_FOUND_TO_MERGE = _("Event not found."), "Invalid Event."
    NOT_FOUND_BY_UUID = _("Event not found."), "Event not found."
    NOT_OWNER = (
        _("Only the organisation that created the event can change it. You can send it a proposal."),
        "You do not have permission to do that.",
    )
    """PyMISP files a proposal instead of an edit when it reads exactly this text."""
    EXISTS = (
        _("The event already exists here."),
        "Event already exists, if you would like to edit it, use the url in the location header.",
    )
    BLOCKED = _("The event is on this hub’s blocklist."), "Event blocked by event blocklist."
    QUARANTINED = (
        _("A classification marking was found in the event. It is in quarantine, where nobody can read it."),
        "A classification marking was found in the event. It was put in quarantine, where nobody can read it.",
    )
    CREATOR_BLOCKED = (
        _("Its creator is on this hub’s blocklist."),
        "Event blocked by organisation blocklist.",
    )
    TAG_BLOCKED = (
        _("It has a tag that this hub does not accept."),
        "Event blocked by the event block rule.",
    )
    EMPTY = (
        _("The event is published but empty. Empty events are not accepted."),
        "Received a published event that was empty. Event add process blocked.",
    )
    NOT_SAVED = _("The event was not saved: %(reason)s"), "Event could not be saved: %(reason)s"
    NOT_NEWER = (
        _("The event here is already up to date."),
        "Event could not be saved: Event in the request not newer than the local copy.",
    )
    NOT_THE_SAME = (
        _("The document belongs to another event."),
        "Event could not be saved: Could not find the local event.",
    )
    NOT_AN_EDITOR = (
        _("Only the organisation that created the event can change it."),
        (
            "Event could not be saved: The user used to edit the event is not authorised to do so. This can be "
            "caused by the user not being of the same organisation as the original creator of the event whilst "
            "also not being a site administrator."
        ),
    )
    TAXONOMIES_MISSING = _("The event has no tag of these required taxonomies: %(names)s.")
    PUBLISHER_IS_CREATOR = (
        _("Someone other than the creator of the event must publish it."),
        "An event has to be published by somebody else than the user who created it.",
    )
    AGREEMENT_MISSING = _("Someone else must approve its publication first.")
    LOCKS_OFF = _("This hub does not show who is working on an event."), "Event locks are disabled."


class AttributeProblem(ProblemCode):
    NOT_FOUND = _("Attribute not found."), "Invalid attribute"
    REFUSED = _("Nothing was changed. %(value)s: %(why)s")
    MATCHES_CHANGED = _(
        "The filter now matches other attributes than were shown (%(count)s). Nothing was changed: select them again."
    )
    DUPLICATE = _("The event already has this value."), "A similar attribute already exists for this event."
    WARNED = (
        _("The value is on a warninglist, and such values are excluded."),
        "Attribute could not be saved as it trips over a warninglist and enforceWarninglist is enforced.",
    )
    NOT_NEWER = (
        _("The attribute here is already up to date."),
        "Attribute could not be saved: Attribute in the request not newer than the local copy.",
    )
    BAD_FILE = _("The file could not be read. Choose it again."), "The data is not valid base64."
    BAD_DISTRIBUTION = _("Choose who should see it."), "Invalid distribution."
    NONE_CHOSEN = _("The chosen attributes do not exist."), "Selected Attributes do not exist."
    NOT_A_LIST = _("This must be a list of attributes."), "A list of attributes is needed."
    TEXT_TOO_LONG = (
        _("The text is longer than %(most)s characters. Paste it in parts."),
        "The text is longer than %(most)s characters.",
    )


class ObjectProblem(ProblemCode):
    NOT_FOUND = _("Object not found."), "Invalid object."
    REFERENCE_NOT_FOUND = _("Reference not found."), "Invalid object reference."
    TEMPLATE_NOT_FOUND = _("Template not found."), "Template not found"
    NO_TARGET = _("What it refers to is not in the event."), "Invalid target."
    NO_ATTRIBUTES = (
        _("Fill in at least one value."),
        "Could not save the object as no attributes were set.",
    )
    NOT_SAVED = _("The object was not saved."), "Object could not be saved."
    FIELD_REFUSED = (
        _("The object was not saved. %(field)s: %(problem)s"),
        "Object could not be saved.\n%(field)s: %(problem)s",
    )
    ATTRIBUTE_REFUSED = (
        _("The value of %(relation)s was not accepted. %(details)s"),
        "Could not save object as at least one attribute has failed validation (%(relation)s). %(details)s",
    )
    DUPLICATE = (
        _("The event already has the same object: number %(id)s, UUID %(uuid)s."),
        (
            "Duplicate object found (id: %(id)s, uuid: %(uuid)s). Since breakOnDuplicate is set the object was "
            "not added."
        ),
    )
    NEEDS_ONE_OF = (
        _("Fill in at least one of these: %(names)s"),
        (
            "Could not save the object as it requires at least one of the following attributes to be set: "
            "%(names)s"
        ),
    )
    NEEDS_ALL = (
        _("Fill in: %(names)s"),
        "Could not save the object as it requires the following attributes to be set: %(names)s",
    )
    NOT_MULTIPLE = (
        _("A relation that the template allows only once has several values."),
        (
            "Could not save the object as a unique relationship within the object was assigned to more than one "
            "attribute. This is only allowed if the multiple flag is set in the object template."
        ),
    )
    NO_NEWER_TEMPLATE = (
        _("No newer version of this object’s template is in use."),
        "There is no newer version of this object’s template in use.",
    )
    NO_PLACE = _("Version %(version)s of the template does not include: %(relations)s.")
    IN_ANOTHER_EVENT = _("The object is in another event.")
    NO_REFERENCES = _("This must be a list of references."), "A list of references is needed."
    NOT_A_REFERENCE = _("This must be a reference."), "A reference is needed here."


class TaggingProblem(ProblemCode):
    NO_TAG = _("Tag not found."), "Invalid Tag."
    NO_LINK = _("The item does not have this tag."), "Invalid tag"
    NOT_CREATED = (
        _("The tag does not exist, and you may not create new ones."),
        "Tag not found and insufficient privileges to create it.",
    )
    OF_ONE_USER = (
        _("Only one specific user may use this tag."),
        "Invalid Tag. This tag can only be set by a fixed user.",
    )
    OF_ONE_ORGANISATION = (
        _("Only one specific organisation may use this tag."),
        "Invalid Tag. This tag can only be set by a fixed organisation.",
    )
    LOCAL_NOT_ALLOWED = (
        _("Only the organisation that owns the event here may add local tags to it."),
        "Local tags can only be added by users of the host organisation.",
    )
    GLOBAL_NOT_ALLOWED = (
        _("Only the organisation that created the event can change its global tags."),
        (
            "Cannot alter the tags of this data, only the organisation that has created the data (orgc) can "
            "modify global tags."
        ),
    )
    EXCLUDED = (
        _("The taxonomy allows only one of its tags at a time, and one is already set."),
        "Tag is not allowed due to taxonomy exclusivity settings",
    )
    NOT_ATTACHED = (
        _("The tag is not on this item (%(kind)s)."),
        "Could not remove tag as it is not attached to the target %(kind)s",
    )
    RELATIONSHIP_TOO_LONG = _("The relationship is too long.")


class EventReportProblem(ProblemCode):
    NOT_FOUND = _("Report not found."), "Invalid event report"
    NOT_FOUND_TO_CHANGE = _("Report not found."), "Invalid report"
    NOT_A_REPORT = _("This must be a report."), "Invalid report."
    INCOMPLETE_SUGGESTION = (
        _("Each suggestion must have a value and a type."),
        "Each suggestion needs a value and a type.",
    )
    TOO_MANY_DRAFTS = _("You have %(most)s drafts in this event. Save or discard some of them first.")
    DRAFT_NOT_FOUND = _("Draft not found.")
    TEMPLATE_NOT_FOUND = _("Report template not found.")
    NAME_MISSING = _("Enter a name.")
    TEXT_MISSING = _("Enter the text.")
    TEXT_TOO_LONG = _("Enter at most %(most)s characters.")
    NOT_FOR_EVERYONE = _("Only site administrators can share a template with everyone on the hub.")
    PICTURE_NOT_FOUND = _("Picture not found.")
    TOO_MANY_DIAGRAMS = _("You have opened many diagrams. Try again in an hour.")
    TOO_MANY_PDFS = _("You have made many PDF files. Try again in an hour.")


class ReporterProblem(ProblemCode):
    ONLY_PEOPLE = (
        _("Only a person can send a message, because only a person can receive a reply."),
        ("Only people can be answered."),
    )
    NO_MESSAGE = _("Enter a message."), "You must specify a message."
    TOO_LONG = _("Enter at most %(most)s characters."), "Please enter a text of at most %(most)s characters."


class EventGraphProblem(ProblemCode):
    NOT_FOUND = _("Graph not found."), "Invalid event graph"
    TOO_MANY = (
        _("An organisation can keep at most %(most)s graphs of an event."),
        "An organisation keeps at most %(most)s graphs of an event.",
    )
    BAD_NAME = (
        _("Enter a name of at most 255 characters."),
        "The name must be a text of at most 255 characters.",
    )
    NOT_JSON = _("The graph must be a JSON object.")
    TOO_LARGE = _("The graph must be smaller than %(most)s bytes.")
    BAD_PICTURE = _("The picture must be a PNG of at most %(most)s bytes, in Base64.")


class ProtectionProblem(ProblemCode):
    KEY_NOT_FOUND = _("Key not found."), "Invalid cryptographic key."
    KEY_THERE = _("The event already has this key.")
    TOO_MANY_KEYS = (
        _("An event can have at most %(most)s keys."),
        "An event may have at most %(most)s keys.",
    )
    UNKNOWN_TYPE = _("Only PGP keys can be used."), "Options: pgp"
    UNSIGNED = (
        _("The event is protected, and the change is not signed."),
        "Protected event failed signature validation as no key was provided.",
    )
    BADLY_SIGNED = (
        _("The event is protected, and the change is not signed by one of its keys."),
        "Protected event failed signature validation.",
    )


class ProposalProblem(ProblemCode):
    NOT_FOUND = _("Proposal not found."), "Invalid proposal."
    NO_CHANGE = _("The proposal changes nothing."), "Invalid input."
    GONE = _("The proposal has already been decided or withdrawn.")
    COMMENT_LENGTH = _("Write something, in at most %(most)s characters.")
    COMMENTS_FULL = _("A proposal has room for %(most)s comments.")
    NO_FIELDS = _("Choose at least one field to accept.")
    NOT_REOPENED = _("The proposals can no longer be opened again.")
    ATTRIBUTE_GONE = _("Nothing was opened again: the attribute of a proposal has been deleted since then.")


class SightingProblem(ProblemCode):
    NOT_TAKEN_BACK = _("Your report on the value can no longer be undone.")
    NOT_FOUND = _("Sighting not found."), "Invalid sighting."
    NO_ATTRIBUTES = (
        _("Attribute not found."),
        "No valid attributes found that match the criteria.",
    )
    BLOCKED = _("Sightings of your organisation are blocked."), "Sightings of this organisation are blocked."
    UNKNOWN_TYPE = (
        _("Unknown type of sighting."),
        "Invalid type, please change it before you POST 1000000 sightings.",
    )
    BAD_SOURCE = (
        _("Enter a source of at most %(most)s characters."),
        "The source must be a text of at most %(most)s characters.",
    )
    BAD_TIME = (
        _("Enter when it was seen."),
        '{"date_sighting":["This field cannot be left blank"]}',
    )
    TIME_AHEAD = (
        _("It is dated more than a day ahead of this hub’s clock."),
        '{"date_sighting":["The timestamp is more than a day ahead of this instance\'s clock"]}',
    )
    UNKNOWN_CONTEXT = _("Unknown context “%(context)s”."), "Invalid context %(context)s."
    NO_ID = (
        _("If you give a context, also give an ID or a UUID."),
        "An ID or UUID must be provided if the context is set.",
    )
    BAD_ID = _("“%(id)s” is not an ID."), "Invalid ID `%(id)s` provided."
    BAD_FILTER = (
        _("The filter “%(name)s” must be text, a number or a list of these."),
        "Invalid filter: %(name)s must be a text, a number or a list of them.",
    )


class DelegationProblem(ProblemCode):
    NOT_FOUND = _("Request not found."), "Invalid delegation request."
    PENDING = (
        _("Another organisation has already been asked to take over this event."),
        "There is already a pending delegation request for this event.",
    )
    NOT_PRIVATE = (
        _("Only events shared with your organisation alone can be handed over."),
        "Only events that are for your organisation only can be delegated.",
    )
    NO_ORGANISATION = _("Organisation not found."), "Invalid organisation."
    UNSUITABLE_ORGANISATION = (
        _("Choose another organisation that uses this hub."),
        "Please choose another organisation that uses this instance.",
    )
    OUTSIDE_GROUP = _("The other organisation is not in this sharing group.")
    BAD_DISTRIBUTION = _("Choose who should see it."), "Please choose a distribution from 0 to 4."
    BAD_MESSAGE = (
        _("Enter at most %(most)s characters."),
        "The message must be a text of at most %(most)s characters.",
    )


class AnalystDataProblem(ProblemCode):
    NOT_FOUND = _("Note or opinion not found."), "Invalid Analyst Data."
    NOTE_NOT_FOUND = _("Note not found."), "Invalid Note."
    OPINION_NOT_FOUND = _("Opinion not found."), "Invalid Opinion."
    RELATIONSHIP_NOT_FOUND = _("Relationship not found."), "Invalid Relationship."
    BLOCKED = _("It is on this hub’s blocklist."), "Blocked by the analyst data blocklist."
    CREATOR_BLOCKED = (
        _("Its creator is on this hub’s blocklist."),
        "Blocked by the organisation blocklist.",
    )
    NOT_A_DOCUMENT = _("This must be a note or an opinion."), "Not a document."
    TARGET_NOT_FOUND = _("Nothing with this number or UUID was found.")


class CollectionProblem(ProblemCode):
    NOT_FOUND = _("Collection not found."), "Invalid Collection."
    ELEMENT_NOT_FOUND = _("The collection does not contain this element."), "Invalid CollectionElement."
    ELEMENT_THERE = _("It is already in the collection."), "Element already in the Collection."
    NOT_ELEMENTS = _("This must be a list of elements."), "A list of elements is expected."


class RefusedFields(Problem):
    """Errors by field as a parameter of another problem: users get the texts, clients JSON, as in MISP."""

    __slots__ = ("errors",)

    def __init__(self, errors: FieldErrors) -> None:
        self.errors = errors
        # Without spaces, as PHP writes JSON.
        document = json.dumps(wire(errors), separators=(",", ":"))
        super().__init__(CommonProblem.QUOTED, {"said": document})

    def __str__(self) -> str:
        return " ".join(str(problem) for problems in self.errors.values() for problem in problems)
