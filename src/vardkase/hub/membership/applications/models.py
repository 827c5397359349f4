"""Applications for membership."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.file_columns import names_files
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.organisations.models import Organisation


class ApplicationState(models.TextChoices):
    """The state of an application (hub.md section 2)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Received")
    UNDER_REVIEW = "under_review", _("Under review")
    COMPLETION_REQUESTED = "completion_requested", _("More information requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    DISMISSED = "dismissed", pgettext_lazy("application", "Dismissed")
    WAITING = "waiting", _("On the waiting list")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CompletionKind(models.TextChoices):
    """What a request for more information is, and therefore what follows if it is not answered in time."""

    QUESTION = "question", _("Question: otherwise the application is decided as it stands (23 §)")
    ORDER = "order", _("Order (föreläggande): otherwise the application is dismissed (20 §)")


class Application(models.Model):
    """One organisation's application: its answers and state.

    `answers` maps each step of the form to its fields; the columns repeat what lists and rules need. `saved`
    is when each step was last saved, `reopened` the steps to be changed while a completion is requested,
    until `complete_by`; `completion_kind` is of CompletionKind, or empty.
    `email` is the address for notifications. `waits_for` is the phase that a waiting
    application waits for, `phase` the one that admits it. `registered_by` is the officer who registered an
    application received otherwise. `organisation` is set for one that exists on the hub. `registry_number` is
    the case number in the hub owner's own registry (diarienummer).
    """

    number = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=24, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    language = models.CharField(max_length=8, default="sv")
    organisation_name = models.CharField(max_length=255, blank=True, default="")
    organisation_number = models.CharField(max_length=10, blank=True, default="")
    sector = models.CharField(max_length=24, choices=Sector.choices, blank=True, default="")
    nis2 = models.CharField(max_length=16, choices=Nis2Status.choices, default=Nis2Status.UNKNOWN)
    connection = models.CharField(max_length=8, choices=Connection.choices, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    answers = models.JSONField(default=dict)
    saved = models.JSONField(default=dict)
    reopened = ArrayField(models.CharField(max_length=24), default=list)
    registry_number = models.CharField(max_length=64, blank=True, default="")
    complete_by = models.DateField(null=True)
    completion_kind = models.CharField(max_length=16, choices=CompletionKind.choices, blank=True, default="")
    is_invited = models.BooleanField(default=False)
    waits_for = models.IntegerField(null=True)
    phase = models.IntegerField(null=True)
    registered_by = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="applications")
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    submitted = models.DateTimeField(null=True)
    decided = models.DateTimeField(null=True)

    class Meta:
        db_table = "application"
        indexes = [models.Index(fields=["state", "submitted"], name="application_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.organisation_name}".strip()

    @property
    def is_ordered(self) -> bool:
        return self.completion_kind == CompletionKind.ORDER

    def waits(self) -> bool:
        return self.state == ApplicationState.WAITING


class ApplicationLink(models.Model):
    """A link that identifies its holder as the applicant.

    `digest` is the SHA-256 of its token, which is not stored. Each mail contains its own link; an officer who
    suspects that one was disclosed revokes them all.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="links")
    digest = models.BinaryField(max_length=32, unique=True)
    expires = models.DateTimeField()

    class Meta:
        db_table = "application_link"

    def __str__(self) -> str:
        return f"Link {self.pk} of application {self.application_id}"


class Author(models.TextChoices):
    """The author of a message; a note is visible to officers only."""

    APPLICANT = "applicant", _("Applicant")
    OFFICER = "officer", _("Officer")
    NOTE = "note", _("Note between officers")


class Message(models.Model):
    """One message of the conversation about an application. `steps`: the parts of the form to be changed."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=16, choices=Author.choices)
    author = models.CharField(max_length=255, blank=True, default="")
    text = models.TextField()
    steps = ArrayField(models.CharField(max_length=24), default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "application_message"
        indexes = [models.Index(fields=["application", "id"], name="application_message_of")]

    def __str__(self) -> str:
        return f"Message {self.pk} of application {self.application_id}"


@names_files("digest")
class Attachment(models.Model):
    """A file attached to an application: as evidence for a measure (`measure`), or to a message.

    `digest` is its name in `core.files`, `kind` the media type determined from its content, `signatures` what
    its electronic signatures were worth when it was sent (`SignatureReport`).
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    measure = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    signatures = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "application_attachment"

    def __str__(self) -> str:
        return self.name


class DocumentKind(models.TextChoices):
    """What a stored document is."""

    FORM = "form", _("Submitted application")
    RECEIPT = "receipt", _("Receipt")
    WAITING = "waiting", _("Letter on the waiting list")
    COMPLETION_REQUEST = "completion_request", _("Request for more information")
    DECISION = "decision", _("Decision")


@names_files("digest")
class Document(models.Model):
    """A PDF as sent to or by the applicant; its bytes are in `core.files` under their SHA-256, `digest`."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=24, choices=DocumentKind.choices)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "application_document"

    def __str__(self) -> str:
        return f"{self.kind} of application {self.application_id}"
