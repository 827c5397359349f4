"""Memberships."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.organisations.models import Organisation


class MembershipState(models.TextChoices):
    ONBOARDING = "onboarding", _("Onboarding")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")


class Membership(models.Model):
    """An organisation's membership of the hub.

    `county` is the two digits of a Swedish county (länskod), or empty. `statement_until` is the last day of
    the accepted security statement with the latest end, null if there is none. `details` are the member's own
    data (`details.FIELDS`). `ending` sums up the termination: counts by name, `contributions` in words, and what it
    changed, if it is undone: the `state` before, ids of `accounts` and of `restrictions` that it ended, and what it
    switched off of `servers`, by id.
    """

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
    statement_until = models.DateField(null=True)
    language = models.CharField(max_length=8, default="sv")
    began = models.DateTimeField(auto_now_add=True)
    details = models.JSONField(default=dict)
    ending = models.JSONField(default=dict)
    activated = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "membership"
        indexes = [models.Index(fields=["state", "sector"], name="membership_state")]

    def __str__(self) -> str:
        return self.organisation.name


class RestrictionKind(models.TextChoices):
    SUSPENDED = "suspended", _("Fully suspended")
    NO_SYNC = "no_sync", _("API connection suspended")
    READ_ONLY = "read_only", _("Read-only")


class RestrictionCause(models.TextChoices):
    """The cause of a restriction, which determines what lifts it."""

    OFFICER = "officer", _("Decided by the hub owner")
    STATEMENT = "statement", _("The security statement has expired")


class Restriction(models.Model):
    """A restriction of a membership, in force from `since` until it is lifted or until `until`; `letter` decided it.

    `review_by`: for one of officers without an end, the day by which they review whether it is to remain.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="restrictions")
    kind = models.CharField(max_length=16, choices=RestrictionKind.choices)
    cause = models.CharField(max_length=16, choices=RestrictionCause.choices)
    reason = models.TextField()
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)
    review_by = models.DateField(null=True)
    lifted = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "membership_restriction"
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "kind", "cause"],
                condition=models.Q(lifted=None),
                name="membership_restriction_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.kind}"


class SignInMinimum(models.Model):
    """The hub owner's sign-in requirements for a member; for all members if `membership` is null.

    `rules` are of `SignInRule`; `key_days` is the maximum lifetime of keys where keys must be bound.
    """

    membership = models.OneToOneField(Membership, models.CASCADE, null=True, related_name="sign_in_minimum")
    rules = ArrayField(models.CharField(max_length=16), default=list)
    key_days = models.IntegerField(default=365)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "sign_in_minimum"
        constraints = [
            models.UniqueConstraint(fields=["membership"], nulls_distinct=False, name="sign_in_minimum_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id or 'all'}: {', '.join(self.rules)}"


class ChangeState(models.TextChoices):
    PROPOSED = "proposed", _("Awaiting the hub owner’s review")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProposedChange(models.Model):
    """A proposed change of a member's data: `fields` maps a name of `details.FIELDS` to old and new value."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="changes")
    state = models.CharField(max_length=16, choices=ChangeState.choices, default=ChangeState.PROPOSED)
    fields = models.JSONField()
    note = models.TextField(blank=True, default="")
    proposed_by = models.CharField(max_length=255)
    proposed = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=255, blank=True, default="")
    decided = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "membership_change"
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=models.Q(state="proposed"), name="membership_change_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {', '.join(self.fields)}"
