"""Mail that waits to be sent, and how much one person has written."""

from __future__ import annotations

from django.db import models


class OutgoingMail(models.Model):
    """One mail to one person; removed as soon as it is sent or given up.

    `content` is a whole MIME entity that is closed for its reader, in place of `text` and `html`. `headers` are further
    ones (List-Id, …). `about` says to whom in the house (`hooks.mail_settled`) it matters what becomes of the mail.
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
