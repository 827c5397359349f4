"""Models for queued mail, texts changed by officers, and the log of correspondence."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import problems_in


class OutgoingMail(models.Model):
    """One mail to one person; removed once it is sent or given up.

    `content` is a complete encrypted MIME entity, instead of `text` and `html`. `headers` are additional ones
    (List-Id, …). `about` is what the mail was about, for listeners of `hooks.mail_settled`.
    """

    recipient = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True, default="")
    subject = models.CharField(max_length=255)
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    content = models.BinaryField(null=True)
    headers = models.JSONField(default=dict)
    message_id = models.CharField(max_length=255, blank=True, default="")
    about = models.JSONField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "outgoing_mail"

    def __str__(self) -> str:
        return f"Mail {self.pk}"


class MailTemplate(models.Model):
    """A version of one mail kind's text in one language.

    All versions are kept; the newest applies. `is_standard`: returns to the standard text, with no text of
    its own.
    """

    kind = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    version = models.IntegerField()
    is_standard = models.BooleanField(default=False)
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    changed_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "mail_template"
        constraints = [
            models.UniqueConstraint(fields=["kind", "language", "version"], name="mail_template_version")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} {self.version}"


class SentState(models.TextChoices):
    WAITING = "waiting", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")


class SentMail(models.Model):
    """A mail of `kind` about an object, as it was written, whether it could be sent or not.

    `text` has no private link in it; it is empty where the mail was filed in a case, which keeps it. `version` is that
    of the kind's text; 0 is the standard one. `fault` is the stored problem of a mail that was not sent.
    """

    kind = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    version = models.IntegerField(default=0)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=255)
    text = models.TextField(blank=True, default="")
    is_encrypted = models.BooleanField(default=False)
    thing_kind = models.CharField(max_length=64, blank=True, default="")
    thing_id = models.BigIntegerField(null=True)
    thing_title = models.CharField(max_length=255, blank=True, default="")
    attachments = models.JSONField(default=list)
    written_by = models.CharField(max_length=255)
    state = models.CharField(max_length=8, choices=SentState.choices, default=SentState.WAITING)
    fault = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "sent_mail"
        indexes = [models.Index(fields=["thing_kind", "thing_id", "id"], name="sent_mail_thing")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def why(self) -> str:
        """Why it was not sent, in the active language."""
        return " ".join(map(str, problems_in(self.fault)))
