"""Models for requests from data subjects, the controllers they concern, and what was found."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class DataSubjectRight(models.TextChoices):
    ACCESS = "access", _("Access: a copy of the data")
    RECTIFICATION = "rectification", _("Rectification")
    ERASURE = "erasure", _("Erasure")
    RESTRICTION = "restriction", _("Restriction of processing")
    OBJECTION = "objection", _("Objection to processing")


class DataRequestState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("data request", "Received")
    IDENTITY = "identity", _("Waiting for proof of identity")
    IN_HAND = "in_hand", _("Being processed")
    WITH_CONTROLLERS = "with_controllers", _("With the controllers")
    ANSWERED = "answered", pgettext_lazy("data request", "Answered")
    WITHDRAWN = "withdrawn", pgettext_lazy("data request", "Withdrawn")


class DataSubjectRequest(models.Model):
    """A request from a person about data on themselves.

    `person` is encrypted (`requests.person`): who asks, what they ask, and what to search for; empty once it has been
    erased (`forgotten_at`). `sender_mark` is a keyed hash of the e-mail address, for limits. `deadline` is the last day
    to answer. `is_cut`: more was found than is kept.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    rights = ArrayField(models.CharField(max_length=16))
    state = models.CharField(
        max_length=20, choices=DataRequestState.choices, default=DataRequestState.RECEIVED
    )
    person = models.TextField(blank=True, default="")
    language = models.CharField(max_length=8, default="sv")
    arrived_on = models.DateField()
    deadline = models.DateField()
    extended_because = models.TextField(blank=True, default="")
    extended_at = models.DateTimeField(null=True)
    identity_because = models.TextField(blank=True, default="")
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sender_mark = models.BigIntegerField(default=0)
    address = models.GenericIPAddressField(null=True)
    search_ordered_at = models.DateTimeField(null=True)
    searched_at = models.DateTimeField(null=True)
    is_cut = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    kept_by_hub = frozenset({"search_ordered_at", "searched_at", "is_cut", "reminded_on"})

    class Meta:
        db_table = "data_subject_request"
        indexes = [
            models.Index(fields=["state", "deadline"], name="data_subject_request_state"),
            models.Index(fields=["created"], name="data_subject_request_created"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"PU-{self.pk:05d}"

    @property
    def right_labels(self) -> list[str]:
        return [str(DataSubjectRight(right).label) for right in self.rights]


class ConcernedController(models.Model):
    """A controller whose items a request concerns; `organisation` is null once it is gone.

    `answered_at`: its answer is final. `recipients`: who had received what it corrected, erased or restricted
    (name, kind, time), as of the answer. `reminded_on`: the last reminder.
    """

    request = models.ForeignKey(DataSubjectRequest, models.CASCADE, related_name="controllers")
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    is_hub_owner = models.BooleanField(default=False)
    name = models.CharField(max_length=255)
    contact_email = models.EmailField(max_length=255, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=255, blank=True, default="")
    recipients = models.JSONField(default=list)
    recipients_told = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "data_request_controller"
        constraints = [
            models.UniqueConstraint(fields=["request", "organisation"], name="data_request_controller_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, request {self.request_id}"


class FoundItemKind(models.TextChoices):
    """Where something was found. Those of the hub's own are the hub owner's whoever they are about."""

    TITLE = "title", _("Title of an event")
    ATTRIBUTE = "attribute", _("Attribute")
    ATTACHMENT = "attachment", _("Text inside an attachment")
    OBJECT = "object", _("Object")
    TAG = "tag", pgettext_lazy("noun", "Tag")
    REPORT = "report", _("Report")
    VERSION = "version", _("Published versions of an event")
    PROPOSAL = "proposal", pgettext_lazy("event", "Proposal")
    ANALYST_DATA = "analyst_data", _("Note or opinion")
    COLLECTION = "collection", pgettext_lazy("noun", "Collection")
    CLUSTER = "cluster", _("Galaxy cluster")
    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact of a member")
    APPLICATION = "application", _("Application for membership")
    MEMBERSHIP = "membership", _("Details of a member")
    SUPPORT = "support", _("Support request")
    SUPPORT_MESSAGE = "support_message", _("Message in a support request")
    INVITATION = "invitation", _("Invitation")
    REGISTRATION = "registration", _("Request for an account")
    SENT_MAIL = "sent_mail", _("Sent e-mail")
    LETTER = "letter", _("Letter")
    CASE_DOCUMENT = "case_document", _("Document of a case")
    CASE_FILE_DOCUMENT = "case_file_document", _("Text inside a file of a case")
    FETCHES = "fetches", _("Record of who has fetched events")
    SPILL_HOLDER = "spill_holder", _("List of who has received a suspected spill")
    AUDIT = "audit", _("Audit log entry")


class ItemOutcome(models.TextChoices):
    GIVEN = "given", _("Copy given out")
    CORRECTED = "corrected", _("Corrected")
    ERASED = "erased", _("Erased")
    RESTRICTED = "restricted", _("Processing restricted")
    REFUSED = "refused", pgettext_lazy("data request", "Refused")
    ANOTHER = "another", _("About somebody else")
    GONE = "gone", _("No longer there")


class ConcernedItem(models.Model):
    """Something found for a request.

    `part_id` is the row's id, by `kind`; the event's for titles, tags and versions. `terms` are the places in the
    person's list of what to search for; `versions` the numbers of published versions. `given` is encrypted: what was
    given out. `answered_at`: every right that was asked for has its outcome.
    """

    controller = models.ForeignKey(ConcernedController, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20, choices=FoundItemKind.choices)
    part_id = models.BigIntegerField()
    event_id = models.BigIntegerField(null=True)
    terms = ArrayField(models.SmallIntegerField())
    versions = ArrayField(models.IntegerField(), default=list)
    is_offence = models.BooleanField(default=False)
    given = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "data_request_item"
        constraints = [
            models.UniqueConstraint(fields=["controller", "kind", "part_id"], name="data_request_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.part_id}"


class AnsweredRight(models.Model):
    """What the controller of an item decided on one of the rights that were asked for.

    `ground` is the key of the provision (`hub.law`) that a refusal rests on; `reason` says why it applies.
    """

    item = models.ForeignKey(ConcernedItem, models.CASCADE, related_name="answers")
    right = models.CharField(max_length=16, choices=DataSubjectRight.choices)
    outcome = models.CharField(max_length=12, choices=ItemOutcome.choices)
    ground = models.CharField(max_length=40, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "data_request_answer"
        constraints = [models.UniqueConstraint(fields=("item", "right"), name="data_request_answer_once")]

    def __str__(self) -> str:
        return f"{self.right}: {self.outcome}"
