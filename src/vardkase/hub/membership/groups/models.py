"""Groups of organisations, and who administers them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class OrganisationGroup(models.Model):
    """Organisations whose accounts and contacts the group's `administrators` look after as well."""

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
