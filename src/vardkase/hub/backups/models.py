"""Models for backups."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vardkase.core.backup.openpgp import shown


class BackupRecipient(models.Model):
    """Somebody who can read the backups made from now on; `key` is their public key (age1…), or their OpenPGP
    certificate (openpgp:…)."""

    name = models.CharField(max_length=255)
    key = models.TextField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "backup_recipient"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_key(self) -> str:
        return shown(self.key)


class StoredBackup(models.Model):
    """A backup as its storage listed it last, so that pages need not ask the storage.

    `until` is the last moment that its chain can restore; `found` what a verification found to differ.
    """

    class Kind(models.TextChoices):
        FULL = "full", _("Full")
        INCREMENTAL = "incremental", _("Incremental")
        EXPORT = "export", _("Export")

    name = models.CharField(max_length=32, primary_key=True)
    chain = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    started = models.DateTimeField()
    ended = models.DateTimeField()
    until = models.DateTimeField()
    size = models.BigIntegerField()
    verified_at = models.DateTimeField(null=True)
    found = models.JSONField(default=list)

    class Meta:
        db_table = "stored_backup"
        ordering = ["-name"]

    def __str__(self) -> str:
        return self.name


class DeletedContent(models.Model):
    """Something that was deleted for good, which older backups still have.

    It is kept beside the backups too (`sent_at`), so that a restore deletes it again. It holds no content.
    """

    class Kind(models.TextChoices):
        EVENT = "event", _("Event")
        ATTRIBUTE = "attribute", _("Attribute")
        SPILL = "spill", _("Spill of classified information")
        RETENTION = "retention", _("Retention run")
        ERASURE = "erasure", _("Erasure for a data subject")

    kind = models.CharField(max_length=16, choices=Kind.choices)
    uuid = models.UUIDField(null=True)
    number = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "deleted_content"
        indexes = [
            models.Index(fields=["id"], condition=Q(sent_at=None), name="deleted_content_unsent"),
            models.Index(fields=["at"], name="deleted_content_at"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.uuid)
