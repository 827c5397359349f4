"""Texts that the hub's officers have changed, and what was sent to whom."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.models import User


class MailTemplate(models.Model):
    """A version of the text of one kind of mail in one language. Versions are kept; the newest holds.

    One that `is_standard` says that the standard text holds again; it has no text of its own.
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


class Letter(models.Model):
    """A letter as it was sent: the bytes of its PDF, which the database refuses to change. `number` is unique.

    `signed_by` names the officers that stand in it. `thing_kind` and `thing_id` say what it is about.
    """

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=64)
    version = models.IntegerField(default=0)
    title = models.CharField(max_length=255)
    thing_kind = models.CharField(max_length=64)
    thing_id = models.BigIntegerField()
    signed_by = models.CharField(max_length=255)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "letter"
        indexes = [models.Index(fields=["thing_kind", "thing_id", "id"], name="letter_thing")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DeliveredHow(models.TextChoices):
    """How a letter reached its recipient when no mail did."""

    POST = "post", _("By post")
    HANDED = "handed", _("Handed over")
    OTHER = "other", _("In another way")


class Delivery(models.Model):
    """That a letter which no mail delivered reached its recipient otherwise, on the day `on`."""

    letter = models.OneToOneField(Letter, models.CASCADE, related_name="delivery")
    how = models.CharField(max_length=8, choices=DeliveredHow.choices)
    on = models.DateField()
    note = models.TextField(blank=True, default="")
    noted_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "letter_delivery"

    def __str__(self) -> str:
        return f"{self.letter_id} {self.how} {self.on}"


class Signature(models.Model):
    """How an officer's name and title stand in letters."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=100)
    title_sv = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)

    class Meta:
        db_table = "letter_signature"

    def __str__(self) -> str:
        return self.name


class SentState(models.TextChoices):
    """What became of a mail."""

    WAITING = "waiting", _("Waits to be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")


class SentMail(models.Model):
    """That a mail of `kind` was written to somebody about a thing: never what stood in it beyond its subject.

    `version` is that of the text; 0 is the standard one. `fault` says why the mail was not sent.
    """

    kind = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    version = models.IntegerField(default=0)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=255)
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
