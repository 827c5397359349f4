"""Models for groups of organisations and their administrators."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class OrganisationGroup(models.Model):
    """Organisations whose accounts and contacts are also managed by the group's `administrators`.

    Each organisation must have consented (`GroupConsent`).
    """

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    organisations = models.ManyToManyField(
        Organisation, related_name="groups", db_table="organisation_group_member"
    )
    administrators = models.ManyToManyField(
        User, related_name="administered_groups", db_table="organisation_group_administrator"
    )

    class Meta:
        db_table = "organisation_group"
        constraints = [models.UniqueConstraint(Lower("name"), name="organisation_group_name_unique")]

    def __str__(self) -> str:
        return self.name


class GroupConsent(models.Model):
    """An organisation's consent that one administrator of its group manages its accounts and contacts.

    An empty `accepted_by_name`: it joined the group before consent was required.
    """

    group = models.ForeignKey(OrganisationGroup, models.CASCADE, related_name="consents")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="group_consents")
    administrator = models.ForeignKey(User, models.CASCADE, related_name="group_consents")
    accepted = models.DateTimeField(auto_now_add=True)
    accepted_by_id = models.BigIntegerField(null=True)
    accepted_by_name = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "organisation_group_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "organisation", "administrator"], name="organisation_group_consent_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.administrator}"
