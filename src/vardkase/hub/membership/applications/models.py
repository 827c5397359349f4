"""Applications for membership."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.core.file_columns import names_files
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.organisations.models import Organisation


class ApplicationState(models.TextChoices):
    """Where an application stands (hub.md section 2)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Received")
    UNDER_REVIEW = "under_review", _("Under review")
    COMPLETION_REQUESTED = "completion_requested", _("Completion requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WAITING = "waiting", _("On the waiting list")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Application(models.Model):
    """One organisation's application: what it answered, and where it stands.

    `answers` maps each step of the form to its fields; the columns beside it repeat what lists and rules need.
    `saved` says when each step was saved last, `reopened` which steps the applicant is asked to change while a
    completion is requested, `complete_by` until which day. `email` is where the applicant is told what happens.
    `waits_for` is the number of the phase that a waiting application waits for, `phase` that of the one that admits
    it. `registered_by` is the officer who registered an application that came otherwise. `organisation` is set when
    it is for one that is here. `registry_number` is that of the case in the hub owner's own registry (diarienummer).
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

    def waits(self) -> bool:
        """Whether it is on the waiting list."""
        return self.state == ApplicationState.WAITING


class PrivateLink(models.Model):
    """A link by which whoever has it is the applicant. `digest` is the SHA-256 of its token, which is kept nowhere.

    Each mail that needs a link brings its own; an officer who suspects that one has gone astray ends them all.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="links")
    digest = models.BinaryField(max_length=32, unique=True)
    expires = models.DateTimeField()

    class Meta:
        db_table = "application_link"

    def __str__(self) -> str:
        return f"Link {self.pk} of application {self.application_id}"


class Author(models.TextChoices):
    """Whose words a message holds; a note is between officers."""

    APPLICANT = "applicant", _("Applicant")
    OFFICER = "officer", _("Officer")
    NOTE = "note", _("Note between officers")


class Message(models.Model):
    """One message of the conversation about an application. `steps`: the parts of the form it asks to be changed."""

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
    """A file that came with an application: as evidence for a measure (`measure`), or with a message.

    `digest` is its name in `core.files`, `kind` the media type that its content shows.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    measure = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "application_attachment"

    def __str__(self) -> str:
        return self.name


class DocumentKind(models.TextChoices):
    """What a kept document is."""

    FORM = "form", _("What was sent")
    RECEIPT = "receipt", _("Receipt")
    WAITING = "waiting", _("Letter on the waiting list")
    COMPLETION_REQUEST = "completion_request", _("Request for completion")
    DECISION = "decision", _("Decision")


@names_files("digest")
class Document(models.Model):
    """A PDF as it was sent to or by the applicant; its bytes lie in `core.files` under their SHA-256, `digest`."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=24, choices=DocumentKind.choices)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "application_document"

    def __str__(self) -> str:
        return f"{self.kind} of application {self.application_id}"
