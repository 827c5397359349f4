"""Models for approval requests and their outcome."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RequestState(models.TextChoices):
    """The state of a request. One that waits has lapsed at `expires_at`, whatever is stored (`state_now`)."""

    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", pgettext_lazy("approval request", "Approved")
    ALONE = "alone", _("Done by one person before the hub was in use")
    DECLINED = "declined", pgettext_lazy("approval request", "Declined")
    RETURNED = "returned", _("Returned with a question")
    WITHDRAWN = "withdrawn", pgettext_lazy("approval request", "Withdrawn")
    LAPSED = "lapsed", _("Not answered in time")
    STALE = "stale", _("Superseded by a change")


class ApprovalRequest(models.Model):
    """An act that one person proposes and another has to approve.

    `subject` is the action's own key of its object, `title` its display name. `subject_state` is the state of
    the subject at the time of the proposal, and `digest` the SHA-256 of action, subject, parameters, reason
    and that state: what the approver has read. People are stored by id and name, because decisions outlive
    accounts. `…_with` is the credential; `proposed_at_console` is the login name at the machine's console.
    Rows from before digests existed have none.
    """

    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    title = models.CharField(max_length=255)
    parameters = models.JSONField(default=dict)
    subject_state = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    state = models.CharField(max_length=16, choices=RequestState.choices, default=RequestState.WAITING)
    proposed_by = models.BigIntegerField(null=True)
    proposed_by_name = models.CharField(max_length=255)
    proposed_with = models.CharField(max_length=16)
    proposed_at_console = models.CharField(max_length=255, blank=True, default="")
    proposed_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_by = models.BigIntegerField(null=True)
    answered_by_name = models.CharField(max_length=255, blank=True, default="")
    answered_with = models.CharField(max_length=16, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, default="")

    class Meta:
        db_table = "approval_request"
        constraints = [
            models.UniqueConstraint(
                fields=["action", "subject"],
                condition=Q(state="waiting"),
                name="approval_request_one_waiting",
            ),
            # Also in the database, so that no code can store an approval by one person.
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(digest="")
                | Q(answered_by__isnull=False) & (Q(proposed_by=None) | ~Q(answered_by=F("proposed_by"))),
                name="approval_takes_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(digest="") | Q(answered_with="browser"),
                name="approval_in_the_browser",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "action"], name="approval_request_state"),
            models.Index(fields=["action", "subject"], name="approval_request_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.title}"

    @property
    def state_now(self) -> RequestState:
        if self.state == RequestState.WAITING and self.expires_at <= timezone.now():
            return RequestState.LAPSED
        return RequestState(self.state)

    @property
    def is_waiting(self) -> bool:
        return self.state_now == RequestState.WAITING
