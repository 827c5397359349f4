"""Groups of organisations, and who administers them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class OrganisationGroup(models.Model):
    """Organisations whose accounts and contacts the group's `administrators` look after as well, each as far as the
    organisation has consented (`GroupConsent`)."""

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
    """That an organisation lets one administrator of a group that it is in look after its accounts and contacts.

    An empty `accepted_by_name`: it was in the group before consent was asked for.
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
