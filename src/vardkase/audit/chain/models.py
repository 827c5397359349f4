"""What proves the audit log. The hub's role can add links, checkpoints and archives, but never change them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditLink(models.Model):
    """The link of one entry. `nonce` and `content` stand for its title and change, which the law may make us remove:
    without the nonce, which goes with them, nobody can guess them by trying.
    """

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    nonce = models.BinaryField(null=True)
    content = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        db_table = "audit_link"

    def __str__(self) -> str:
        return f"{self.position}: {self.entry_id}"


class AuditKey(models.Model):
    """A pair of Ed25519 keys. The newest signs; earlier ones keep their public half, for verification."""

    fingerprint = models.CharField(max_length=64, unique=True)
    public_key = models.CharField(max_length=64)
    encrypted_key = models.TextField(blank=True)
    created = models.DateTimeField()

    class Meta:
        db_table = "audit_key"

    def __str__(self) -> str:
        return self.fingerprint


class AuditGuard(models.Model):
    """The secret that the hub shares with the owner of the database (`guard`), encrypted. One row."""

    encrypted = models.TextField()

    class Meta:
        db_table = "audit_guard"

    def __str__(self) -> str:
        return f"{self.pk}"


class AuditCheckpoint(models.Model):
    """What was signed: the log ends at `position` with `digest`. `count` entries were kept then."""

    position = models.BigIntegerField()
    count = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    time = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "audit_checkpoint"

    def __str__(self) -> str:
        return f"{self.position}: {self.digest}"


class AuditArchive(models.Model):
    """A file with the oldest links that are still here, signed; they may be removed once two persons agree."""

    first = models.BigIntegerField()
    last = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    count = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    time = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "audit_archive"

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class AuditDelivery(models.Model):
    """How far one receiver outside has been told: of checkpoints or of entries, by the numbers of their rows."""

    name = models.CharField(max_length=40, primary_key=True)
    done = models.BigIntegerField(default=0)
    delivered = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    fault = models.TextField(blank=True, default="")

    class Meta:
        db_table = "audit_delivery"

    def __str__(self) -> str:
        return self.name


class HeldKey(models.Model):
    """A key that signs the checkpoints of another hub. Of several of one hub the newest counts."""

    hub = models.UUIDField(db_index=True)
    name = models.CharField(max_length=255)
    organisation_id = models.BigIntegerField()
    """Whose accounts may deliver. A value, not a foreign key: what is held outlives the organisation."""
    public_key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.CharField(max_length=255)

    class Meta:
        db_table = "held_key"

    def __str__(self) -> str:
        return self.name


class HeldCheckpoint(models.Model):
    """A signed checkpoint of another hub's audit log. `warning` compares it with those that came before it."""

    class HeldWarning(models.TextChoices):
        NONE = "", _("None")
        DIFFERENT = "different", _("Another log at the same position")
        BACK = "back", _("Behind an earlier checkpoint: an older state was restored")
        GAP = "gap", _("More than a day after the one before it")

    hub = models.UUIDField()
    position = models.BigIntegerField()
    count = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    time = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    received_at = models.DateTimeField(auto_now_add=True)
    warning = models.CharField(max_length=16, choices=HeldWarning.choices, blank=True, default="")

    class Meta:
        db_table = "held_checkpoint"
        constraints = [
            # Ed25519 signs the same with the same: what is sent twice is held once.
            models.UniqueConstraint(fields=["hub", "signature"], name="held_checkpoint_once"),
        ]
        indexes = [
            models.Index(fields=["hub", "position"], name="held_checkpoint_position"),
            models.Index(fields=["hub", "-id"], name="held_checkpoint_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.hub}: {self.position}"
