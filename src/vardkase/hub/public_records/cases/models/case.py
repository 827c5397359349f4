"""A case, whom its authority consulted, and the coordination of several authorities."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class CaseState(models.TextChoices):
    REGISTERED = "registered", pgettext_lazy("public-records case", "Registered")
    MATERIAL = "material", _("Material identified")
    CONSULTATION = "consultation", _("Consultation")
    ASSESSMENT = "assessment", pgettext_lazy("public-records case", "Assessment")
    DECIDED = "decided", pgettext_lazy("public-records case", "Answered")
    APPEALED = "appealed", pgettext_lazy("public-records case", "Appealed")
    CLOSED = "closed", pgettext_lazy("public-records case", "Closed")


class Requester(models.TextChoices):
    """Who asks, as far as it decides where a refusal is appealed. Nothing more is asked (TF 2:18)."""

    PRIVATE = "private", _("A person, a company, a municipality or a region")
    STATE = "state", _("A state authority")


class RequestChannel(models.TextChoices):
    PAGE = "page", _("The public page")
    OFFICER = "officer", _("Registered by an officer")
    API = "api", _("The authority’s own system")


class RecordsCase(models.Model):
    """A request to an authority for public records. There is no field for its purpose, and never will be.

    The requester may be anonymous: `name`, `email` and `postal_address` may all be empty. `asked_at` is when the
    request reached the authority: material is what the authority had then. `network` is the visitor's address, for
    rate limits, and is shown to nobody. `answered_at` is the first answer.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    authority = models.ForeignKey(Organisation, models.PROTECT, related_name="records_cases")
    number = models.CharField(max_length=24)
    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.REGISTERED)
    channel = models.CharField(max_length=8, choices=RequestChannel.choices)
    request = models.TextField()
    name = models.CharField(max_length=200, blank=True, default="")
    email = models.EmailField(max_length=255, blank=True, default="")
    postal_address = models.CharField(max_length=500, blank=True, default="")
    requester = models.CharField(max_length=8, choices=Requester.choices, default=Requester.PRIVATE)
    language = models.CharField(max_length=8, default="sv")
    network = models.GenericIPAddressField(null=True)
    responsible = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    decision_wanted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True, default="")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "records_case"
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="records_case_number"),
        ]
        indexes = [models.Index(fields=["authority", "state", "asked_at"], name="records_case_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state != CaseState.CLOSED

    @property
    def is_anonymous(self) -> bool:
        return not (self.name or self.email or self.postal_address)


class ConsultationAnswer(models.TextChoices):
    RELEASE = "release", _("All of it may be released")
    PARTLY = "partly", _("Some of it should be withheld")
    WITHHOLD = "withhold", _("All of it should be withheld")


class MemberConsultation(models.Model):
    """One member asked about its own material in a case, which is exactly `items`.

    `parts` and `harm` are the member's: which parts, and what harm their release would do. Neither the answer nor its
    absence binds the authority.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey(RecordsCase, models.CASCADE, related_name="consultations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    items: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        "CaseItem", related_name="consultations", db_table="records_consultation_item"
    )
    deadline = models.DateTimeField()
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.CharField(max_length=255)
    mails = models.IntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, choices=ConsultationAnswer.choices, blank=True, default="")
    parts = models.TextField(blank=True, default="")
    harm = models.TextField(blank=True, default="")
    answered_by = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "records_consultation"
        indexes = [models.Index(fields=["deadline"], name="records_consultation_due")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.organisation_id}"


class Coordination(models.Model):
    """Several authorities have requests about the same event. The hub owner is told, and no authority but those that
    take part."""

    event_uuid = models.UUIDField(unique=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "records_coordination"

    def __str__(self) -> str:
        return str(self.event_uuid)


class CoordinationParty(models.Model):
    """An authority with a case about the event; `joined_at` once it takes part."""

    coordination = models.ForeignKey(Coordination, models.CASCADE, related_name="parties")
    case = models.ForeignKey(RecordsCase, models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(null=True)
    joined_by = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "records_coordination_party"
        constraints = [
            models.UniqueConstraint(fields=["coordination", "case"], name="records_coordination_party_once")
        ]

    def __str__(self) -> str:
        return f"{self.coordination_id}: {self.case_id}"


class CoordinationMessage(models.Model):
    coordination = models.ForeignKey(Coordination, models.CASCADE, related_name="messages")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    text = models.TextField()
    by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "records_coordination_message"

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.coordination_id}"
