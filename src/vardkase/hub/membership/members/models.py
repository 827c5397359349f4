"""Memberships."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.organisations.models import Organisation


class MembershipState(models.TextChoices):
    """Where a membership stands (hub.md section 2)."""

    ONBOARDING = "onboarding", _("Connecting")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")


class Membership(models.Model):
    """An organisation's membership of the hub. `county` is the two digits of a Swedish county (länskod), or empty."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="membership")
    application = models.OneToOneField(Application, models.SET_NULL, null=True, related_name="membership")
    state = models.CharField(
        max_length=16, choices=MembershipState.choices, default=MembershipState.ONBOARDING
    )
    organisation_number = models.CharField(max_length=10, blank=True, default="")
    sector = models.CharField(max_length=24, choices=Sector.choices)
    nis2 = models.CharField(max_length=16, choices=Nis2Status.choices, default=Nis2Status.UNKNOWN)
    county = models.CharField(max_length=2, blank=True, default="")
    connection = models.CharField(max_length=8, choices=Connection.choices)
    phase = models.IntegerField(default=0)
    language = models.CharField(max_length=8, default="sv")
    began = models.DateTimeField(auto_now_add=True)
    activated = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "membership"
        indexes = [models.Index(fields=["state", "sector"], name="membership_state")]

    def __str__(self) -> str:
        return self.organisation.name
