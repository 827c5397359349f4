"""Model for versions of the terms."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.terms.criteria import Criterion


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
