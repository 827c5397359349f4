"""Models for letters, their delivery, and signatures."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.models import User


class Letter(models.Model):
    """A letter as sent: the bytes of its PDF, which a database rule protects from changes.

    `number` is unique. `signed_by` names the signing officers. `thing_kind` and `thing_id` identify what the
    letter is about. `contents` is what it was typeset from; null for letters from before that was kept. `corrects`
    is the letter whose obvious slips this copy corrects (36 § förvaltningslagen).
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
    contents = models.JSONField(null=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")

    class Meta:
        db_table = "letter"
        indexes = [models.Index(fields=["thing_kind", "thing_id", "id"], name="letter_thing")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DeliveredHow(models.TextChoices):
    """How a letter reached its recipient if not by mail."""

    POST = "post", _("By post")
    HANDED = "handed", _("Handed over")
    OTHER = "other", _("Another way")


class Delivery(models.Model):
    """The delivery of a letter by other means than mail, on the day `on`."""

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


class ServedHow(models.TextChoices):
    """What shows that a letter has reached its addressee. The first is no proof by itself: any may open a link."""

    OPENED = "opened", _("Opened on the party’s page or by its private link")
    CONFIRMED = "confirmed", _("Receipt confirmed by the party")
    HANDED = "handed", _("Handed over")
    RECEIPT = "receipt", _("By post, with a signed receipt")
    SIMPLIFIED = "simplified", _("Simplified service")
    PROCESS_SERVER = "process_server", _("By a process server")
    OTHER = "other", _("Another way")


class Receipt(models.Model):
    """That a letter reached `person` of its addressee on the day `on` (delgivning, SFS 2010:1932)."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="receipts")
    how = models.CharField(max_length=16, choices=ServedHow.choices)
    on = models.DateField()
    person = models.CharField(max_length=255)
    note = models.TextField(blank=True, default="")
    noted_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "letter_receipt"
        constraints = [models.UniqueConstraint(fields=["letter", "how"], name="letter_receipt_once")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.how} {self.on}"


class Signature(models.Model):
    """An officer's name and title in letters."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=100)
    title_sv = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)

    class Meta:
        db_table = "letter_signature"

    def __str__(self) -> str:
        return self.name
