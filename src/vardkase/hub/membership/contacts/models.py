"""Models for contacts, and for organisations' additional fields."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.identity.organisations.models import Organisation


class ContactRole(models.TextChoices):
    SIGNATORY = "signatory", _("Signatory")
    MAIN = "main", _("Main contact")
    TECHNICAL = "technical", _("Technical contact")
    SECURITY = "security", _("24/7 security contact")
    DATA_PROTECTION = "data_protection", _("Data protection officer")


class Contact(models.Model):
    """A person or function at an organisation, without an account. `openpgp_key` is armored."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people_to_reach")
    role = models.CharField(max_length=20, choices=ContactRole.choices)
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=255)
    phone = models.CharField(max_length=40, blank=True, default="")
    openpgp_key = models.TextField(blank=True, default="")
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "contact"
        indexes = [models.Index(fields=["organisation", "role"], name="contact_organisation")]

    def __str__(self) -> str:
        return self.name


class ExtraFields(models.Model):
    """An organisation's values for one schema, with the version of the schema they were validated against."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="extra_fields")
    schema = models.CharField(max_length=64)
    version = models.IntegerField()
    values = models.JSONField(default=dict)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "extra_fields"
        constraints = [models.UniqueConstraint(fields=["organisation", "schema"], name="extra_fields_once")]

    def __str__(self) -> str:
        return f"{self.schema} {self.version} of {self.organisation_id}"
