"""Models for versions of the terms, acceptances, and recipients of new versions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.terms.criteria import Criterion
from vardkase.identity.organisations.models import Organisation


class TermsState(models.TextChoices):
    """Whether a version can still be changed."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Terms(models.Model):
    """A version of the terms: Markdown in both languages, and its criteria.

    The database refuses to change a published one. Members answer by `answer_by`; None if nobody was asked.
    """

    version = models.IntegerField(unique=True)
    state = models.CharField(max_length=16, choices=TermsState.choices, default=TermsState.DRAFT)
    text_sv = models.TextField()
    text_en = models.TextField()
    criteria = models.JSONField(default=list)
    answer_by = models.DateField(null=True)
    written_by = models.CharField(max_length=255, blank=True, default="")
    changed = models.DateTimeField(auto_now=True)
    published = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "terms"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="draft"), name="terms_one_draft"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.version}"

    def text(self, language: str) -> str:
        return self.text_sv if language == "sv" else self.text_en

    def checklist(self, *, by_api: bool = True) -> list[Criterion]:
        return [found for each in self.criteria if (found := Criterion(**each)).applies(by_api)]


class Acceptance(models.Model):
    """A signatory's acceptance of a version, for a member or in an application.

    `given_by` is the account that was signed in, or the other way it was given.
    """

    version = models.IntegerField()
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=200)
    given_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "terms_acceptance"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="terms_accepted_once"),
            models.UniqueConstraint(
                fields=["application", "version"], name="terms_accepted_once_in_application"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class AcceptanceRequest(models.Model):
    """A request to a member to accept a version. `reminders`: the reminders sent, in days before the end."""

    version = models.IntegerField()
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    asked = models.DateTimeField(auto_now_add=True)
    reminders = models.JSONField(default=list)

    class Meta:
        db_table = "terms_request"
        constraints = [models.UniqueConstraint(fields=["membership", "version"], name="terms_asked_once")]

    def __str__(self) -> str:
        return f"{self.membership_id}, version {self.version}"
