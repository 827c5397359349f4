"""Models for organisations and sharing groups."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.identity.organisations.names import organisation_skeleton
from vardkase.identity.organisations.standing import ALWAYS, Access, MembershipStanding, access


class SignInMode(models.TextChoices):
    """How strictly an organisation's rule is applied: off, reported in the audit log, or enforced."""

    OFF = "off"
    REPORT = "report"
    ENFORCE = "enforce"


def mode_field() -> models.CharField[str, str]:
    return models.CharField(max_length=8, choices=SignInMode.choices, default=SignInMode.OFF)


class NameSkeletonField(models.TextField):  # type: ignore[type-arg]
    """The skeleton of the row's `name` (`names.organisation_skeleton`), maintained by every save and bulk insert."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = organisation_skeleton(str(getattr(model_instance, "name", "")))
        setattr(model_instance, self.attname, value)
        return value


class SignInRule(models.TextChoices):
    DOMAINS = "domains", _("An address in a verified e-mail domain")
    SOURCE = "source", _("A registered network or a registered client certificate")
    SECOND_FACTOR = "second_factor", _("A second factor")
    KEYS = "keys", _("API keys bound to addresses, with an expiry date")


class Organisation(models.Model):
    """A member (local) or an organisation known through synchronisation (remote).

    `restricted_to_domain` is null until the organisation is first edited. `name_resembles_another`: it
    arrived under a name confusable with an existing one, so a number was appended. Membership sets when it
    may read, write and synchronise (by machines, both ways): `read_period`, `write_period` and `sync_period`,
    with `fixed_standing` for a standing that no date changes (`standing.MembershipStanding`); `may_read` and so on are
    their current values. In `offence_period` it may process personal data on offences (GDPR, article 10). While
    membership is in use a trigger creates new organisations without membership and without access. While
    `hides_unpublished` is on, others read its events only once they are published; with `tells_withheld` those from
    whom something in them is withheld, as being about an offence, are told how much.

    The last columns are set by `identity.sign_in_policy`: the organisation's sign-in policy, stored here so that
    every key and session loads it without an extra query. `required_sign_in` (of `SignInRule`) and
    `required_key_days`, the maximum lifetime of a key (0: not set), are the hub owner's minimum, which the
    organisation's own rules cannot undercut.
    """

    kept_by_hub: ClassVar = frozenset(
        {
            "name_resembles_another",
            "date_modified",
            "networks",
            "certificate_pins",
            "verified_domains",
            "egress_addresses",
            "required_sign_in",
            "required_key_days",
            "offence_period",
            "tells_withheld",
            "fixed_standing",
        }
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=255)
    name_skeleton = NameSkeletonField(default="", editable=False)
    name_resembles_another = models.BooleanField(default=False)
    description = models.TextField(blank=True, default="")
    type = models.CharField(max_length=255, blank=True, default="")
    nationality = models.CharField(max_length=255, blank=True, default="")
    sector = models.CharField(max_length=255, blank=True, default="")
    contacts = models.TextField(blank=True, default="")
    landingpage = models.TextField(blank=True, null=True)
    restricted_to_domain = models.JSONField(null=True, blank=True)
    local = models.BooleanField(default=False)
    created_by = models.BigIntegerField(default=0)
    date_created = models.DateTimeField(auto_now_add=True)
    date_modified = models.DateTimeField(auto_now=True)
    read_period = DateTimeRangeField(db_default=ALWAYS)
    write_period = DateTimeRangeField(db_default=ALWAYS)
    sync_period = DateTimeRangeField(db_default=ALWAYS)
    offence_period = DateTimeRangeField(db_default=ALWAYS)
    fixed_standing = models.CharField(max_length=32, blank=True, db_default="")
    hides_unpublished = models.BooleanField(default=False)
    tells_withheld = models.BooleanField(default=False, db_default=False)
    networks_mode = mode_field()
    networks = ArrayField(models.TextField(), default=list, blank=True)
    certificates_mode = mode_field()
    certificate_pins = ArrayField(models.TextField(), default=list, blank=True)
    domains_mode = mode_field()
    verified_domains = ArrayField(models.TextField(), default=list, blank=True)
    keys_mode = mode_field()
    egress_addresses = ArrayField(models.TextField(), default=list, blank=True)
    required_sign_in = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    required_key_days = models.IntegerField(default=0)

    class Meta:
        db_table = "organisation"
        constraints = [models.UniqueConstraint(Lower("name"), name="organisation_name_unique")]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(hides_unpublished=True),
                name="organisation_hides_unpublished",
            ),
            models.Index(fields=["name_skeleton"], name="organisation_name_skeleton"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_read(self) -> bool:
        return timezone.now() in self.read_period

    @property
    def may_write(self) -> bool:
        return timezone.now() in self.write_period

    @property
    def may_sync(self) -> bool:
        return timezone.now() in self.sync_period

    @property
    def reads_offences(self) -> bool:
        return timezone.now() in self.offence_period

    @property
    def standing(self) -> str:
        return self.access_at(timezone.now()).standing

    @property
    def has_membership(self) -> bool:
        return self.fixed_standing not in (MembershipStanding.NO_MEMBERSHIP, MembershipStanding.TERMINATED)

    def access_at(self, moment: datetime) -> Access:
        writes, syncs = self.write_period, self.sync_period
        return access(
            self.fixed_standing,
            read=moment in self.read_period,
            write=moment in writes,
            sync=moment in syncs,
            statement_ended=not writes.isempty and writes.upper is not None and writes.upper <= moment,
            limited=any(
                period.isempty or (period.lower is not None and moment < period.lower)
                for period in (writes, syncs)
            ),
        )


class MembershipInUse(models.Model):
    """A single row, present once only members may take part; a trigger prevents change and removal."""

    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "membership_in_use"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="membership_in_use_one_row")]

    def __str__(self) -> str:
        return f"in use since {self.since}"


class SharingGroup(models.Model):
    """A named list of organisations (and servers) that an event or a part of it is limited to.

    One from another instance was delivered by a sync user (`sync_user_id`) or over one of our connections
    (`connection_id`); 0 for neither. With `hides_members` only its owner sees the members; the rest see
    themselves and the owner.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=255)
    releasability = models.TextField(blank=True, default="")
    description = models.TextField(blank=True, default="")
    organisation_uuid = models.UUIDField()
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="owned_sharing_groups")
    sync_user_id = models.BigIntegerField(default=0)
    connection_id = models.BigIntegerField(default=0)
    active = models.BooleanField(default=True)
    local = models.BooleanField(default=True)
    roaming = models.BooleanField(default=False)
    hides_members = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "sharing_group"
        # Not unique: a refused name would reveal a group that somebody may not know of.
        indexes = [models.Index(Lower("name"), name="sharing_group_name")]

    def __str__(self) -> str:
        return self.name


class SharingGroupOrg(models.Model):
    """An organisation in a sharing group; `extend` lets it change the group's members."""

    sharing_group = models.ForeignKey(SharingGroup, models.CASCADE, related_name="members")
    org = models.ForeignKey(Organisation, models.CASCADE, related_name="sharing_group_memberships")
    extend = models.BooleanField(default=False)

    class Meta:
        db_table = "sharing_group_org"
        constraints = [
            models.UniqueConstraint(fields=["sharing_group", "org"], name="sharing_group_org_unique")
        ]
        indexes = [models.Index(fields=["org", "sharing_group"], name="sharing_group_org_org")]

    def __str__(self) -> str:
        return f"{self.org_id} in {self.sharing_group_id}"


class SharingGroupServer(models.Model):
    """An instance in a sharing group. `server_id` 0 is this instance; `all_orgs` admits everyone on it."""

    sharing_group = models.ForeignKey(SharingGroup, models.CASCADE, related_name="servers")
    server_id = models.BigIntegerField(default=0)
    all_orgs = models.BooleanField(default=False)

    class Meta:
        db_table = "sharing_group_server"
        constraints = [
            models.UniqueConstraint(fields=["sharing_group", "server_id"], name="sharing_group_server_unique")
        ]

    def __str__(self) -> str:
        return f"server {self.server_id} in {self.sharing_group_id}"
