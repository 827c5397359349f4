"""Models for queued mail and for the amount of mail per user."""

from __future__ import annotations

from django.db import models


class OutgoingMail(models.Model):
    """One mail to one person; removed once it is sent or given up.

    `content` is a complete encrypted MIME entity, instead of `text` and `html`. `headers` are additional ones
    (List-Id, …). `about` tells listeners of `hooks.mail_settled` what the mail was about.
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
