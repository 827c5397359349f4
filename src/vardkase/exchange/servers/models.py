"""Models for connections to other instances: address, key, and filter rules."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from vardkase.core.secrets import SecretStore
from vardkase.identity.organisations.models import Organisation

KEYS = SecretStore("keys of other servers")


def no_pull_rules() -> dict[str, Any]:
    return {
        **no_push_rules(),
        "type_attributes": {"NOT": []},
        "type_objects": {"NOT": []},
        "url_params": "",
    }


def no_push_rules() -> dict[str, Any]:
    return {"tags": {"OR": [], "NOT": []}, "orgs": {"OR": [], "NOT": []}}


class Server(models.Model):
    """One connection (MISP's server).

    `org` runs the connection here, `remote_org` the other instance. `encrypted_key` is our key there and
    `encrypted_certificate` our certificate with its key (PEM): `KEYS` decrypts both. `authority` (PEM) is the
    only trusted certificate of the peer. `priority` is the position in the list, from 1. `confirmed` is the
    connection's `confirmation.identity_of` at confirmation, empty before.
    """

    kept_by_hub: ClassVar = frozenset(
        {"lastpulledid", "lastpushedid", "confirmed", "confirmed_by", "confirmed_at", "priority"}
    )

    name = models.CharField(max_length=255)
    url = models.CharField(max_length=255)
    encrypted_key = models.TextField()
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    remote_org = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    push = models.BooleanField(default=False)
    pull = models.BooleanField(default=False)
    push_sightings = models.BooleanField(default=False)
    push_galaxy_clusters = models.BooleanField(default=False)
    push_analyst_data = models.BooleanField(default=False)
    pull_analyst_data = models.BooleanField(default=False)
    pull_galaxy_clusters = models.BooleanField(default=False)
    push_collections = models.BooleanField(default=False)
    pull_collections = models.BooleanField(default=False)
    lastpulledid = models.BigIntegerField(null=True)
    lastpushedid = models.BigIntegerField(null=True)
    publish_without_email = models.BooleanField(default=False)
    unpublish_event = models.BooleanField(default=False)
    self_signed = models.BooleanField(default=False)
    pull_rules = models.JSONField(default=no_pull_rules)
    push_rules = models.JSONField(default=no_push_rules)
    authority = models.TextField(blank=True, default="")
    encrypted_certificate = models.TextField(blank=True, default="")
    internal = models.BooleanField(default=False)
    skip_proxy = models.BooleanField(default=False)
    remove_missing_tags = models.BooleanField(default=False)
    caching_enabled = models.BooleanField(default=False)
    priority = models.IntegerField()
    confirmed = models.CharField(max_length=64, blank=True, default="")
    confirmed_by = models.CharField(max_length=255, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "server"

    def __str__(self) -> str:
        return self.name


class ConnectionHealth(models.Model):
    """Whether a connection worked when last tested or used, at `at`. `since` is when that state began.
    `reason` is why it fails (`problems_in` reads it)."""

    server = models.OneToOneField(Server, models.CASCADE, primary_key=True, related_name="standing")
    works = models.BooleanField()
    since = models.DateTimeField()
    at = models.DateTimeField()
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "server_standing"

    def __str__(self) -> str:
        return f"{self.server_id} {'works' if self.works else 'does not work'}"
