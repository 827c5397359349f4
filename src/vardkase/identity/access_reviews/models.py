"""Models for access reviews: administrators periodically confirm each account of their organisation."""

from __future__ import annotations

from django.db import models

from vardkase.identity.organisations.models import Organisation


class AccessReview(models.Model):
    """A review of an organisation's accounts: open until all are answered, or it is `due`.

    `reminded` is when its administrators were last reminded.
    """

    org = models.ForeignKey(Organisation, models.CASCADE, related_name="access_reviews")
    opened = models.DateTimeField()
    due = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    reminded = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_review"
        indexes = [models.Index(fields=["org", "-opened"], name="access_review_org")]
        constraints = [
            models.UniqueConstraint(
                fields=["org"], condition=models.Q(closed__isnull=True), name="access_review_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.org_id} {self.opened:%Y-%m-%d}"


class ReviewAnswer(models.Model):
    """The answer for one account in a review; values, so that the history outlives the account."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed"
        DISABLED = "disabled"
        UNANSWERED = "unanswered"
        """Nobody answered in time, so the account was disabled."""
        SPARED = "spared"
        """Nobody answered, but without this account nobody could administer the organisation."""

    review = models.ForeignKey(AccessReview, models.CASCADE, related_name="answers")
    user_id = models.BigIntegerField()
    email = models.CharField(max_length=255)
    role = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    answered = models.DateTimeField()
    answered_by = models.CharField(max_length=255)

    class Meta:
        db_table = "access_review_answer"
        constraints = [
            models.UniqueConstraint(fields=["review", "user_id"], name="access_review_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.kind}"
