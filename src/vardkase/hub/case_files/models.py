"""Models for case files and their documents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.closing import closed
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.signatures.verdicts import SignatureVerdict
from vardkase.identity.organisations.models import Organisation


class CaseKind(models.TextChoices):
    MEMBERSHIP = "membership", _("Membership")
    PUBLIC_RECORDS = "public_records", _("Request for public records")
    DATA_SUBJECT = "data_subject", _("Request from a data subject")
    SPILL = "spill", _("Spill of classified information")


class CaseFile(models.Model):
    """One case: what it is about (`thing_kind`, `thing_id`), and its party, if it is an organisation.

    `number` is ours and unique; `registry_number` is the authority's own (diarienummer), empty until an officer has
    entered it. A thing has at most one open case. `party` is the name of the party as the case was opened.
    """

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16, choices=CaseKind.choices)
    registry_number = models.CharField(max_length=64, blank=True, default="")
    title = models.CharField(max_length=255)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    party = models.CharField(max_length=255, blank=True, default="")
    thing_kind = models.CharField(max_length=64)
    thing_id = models.BigIntegerField()
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.CharField(max_length=255)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "case_file"
        constraints = [
            models.UniqueConstraint(
                fields=["thing_kind", "thing_id"],
                condition=models.Q(closed_at=None),
                name="case_file_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["thing_kind", "thing_id", "id"], name="case_file_thing"),
            models.Index(fields=["kind", "closed_at"], name="case_file_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Direction(models.TextChoices):
    INCOMING = "incoming", _("Incoming")
    OUTGOING = "outgoing", _("Outgoing")
    INTERNAL = "internal", _("Internal")


class OpenDocuments(models.Manager["CaseDocument"]):
    """Without those that are closed, whoever asks (`closing`)."""

    def get_queryset(self) -> models.QuerySet[CaseDocument]:
        return super().get_queryset().exclude(closed())


class CaseDocument(models.Model):
    """A document or note of a case, numbered within it. Never changed: a database rule protects it.

    `text` is what it says in words; `content` its bytes, empty for a text alone and for a letter, whose bytes are the
    letter's. `sha256` is of the bytes, or of the text if there are none. `counterpart` is who sent or received it, or
    took part; `occurred_at` when it arrived, was sent or took place; `at` when it was filed.
    """

    case_file = models.ForeignKey(CaseFile, models.CASCADE, related_name="documents")
    number = models.IntegerField()
    direction = models.CharField(max_length=8, choices=Direction.choices)
    title = models.CharField(max_length=255)
    counterpart = models.CharField(max_length=320, blank=True, default="")
    text = models.TextField(blank=True, default="")
    content = models.BinaryField(default=b"")
    media_type = models.CharField(max_length=100, default="text/plain")
    file_name = models.CharField(max_length=255, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, related_name="+")
    occurred_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=255)

    objects = OpenDocuments()
    every = models.Manager["CaseDocument"]()

    class Meta:
        db_table = "case_document"
        constraints = [
            models.UniqueConstraint(fields=["case_file", "number"], name="case_document_number"),
            models.UniqueConstraint(
                fields=["case_file", "letter"],
                condition=models.Q(letter__isnull=False),
                name="case_document_letter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class SignatureCheck(models.Model):
    """What the electronic signatures of an incoming document were worth at `at`; `signatures` as `FoundSignature`."""

    document = models.OneToOneField(
        CaseDocument, models.CASCADE, primary_key=True, related_name="signature_check"
    )
    verdict = models.CharField(max_length=16, choices=SignatureVerdict.choices)
    signatures = models.JSONField(default=list)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "case_document_signature_check"

    def __str__(self) -> str:
        return f"{self.document_id} {self.verdict}"
