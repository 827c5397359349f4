"""Models for roles, users and API keys."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from vardkase.identity.organisations.models import Organisation


class Role(models.Model):
    name = models.CharField(max_length=255)
    perm_add = models.BooleanField(default=False)
    perm_modify = models.BooleanField(default=False)
    perm_modify_org = models.BooleanField(default=False)
    perm_publish = models.BooleanField(default=False)
    perm_delegate = models.BooleanField(default=False)
    perm_sync = models.BooleanField(default=False)
    perm_admin = models.BooleanField(default=False)
    perm_audit = models.BooleanField(default=False)
    perm_full = models.BooleanField(default=False)
    perm_auth = models.BooleanField(default=False)
    perm_site_admin = models.BooleanField(default=False)
    perm_regexp_access = models.BooleanField(default=False)
    perm_tagger = models.BooleanField(default=False)
    perm_template = models.BooleanField(default=False)
    perm_sharing_group = models.BooleanField(default=False)
    perm_tag_editor = models.BooleanField(default=False)
    perm_sighting = models.BooleanField(default=False)
    perm_object_template = models.BooleanField(default=False)
    perm_galaxy_editor = models.BooleanField(default=False)
    perm_publish_zmq = models.BooleanField(default=False)
    perm_publish_kafka = models.BooleanField(default=False)
    perm_decaying = models.BooleanField(default=False)
    perm_warninglist = models.BooleanField(default=False)
    perm_view_feed_correlations = models.BooleanField(default=False)
    perm_analyst_data = models.BooleanField(default=False)
    perm_skip_otp = models.BooleanField(default=False)
    perm_server_sign = models.BooleanField(default=False)
    perm_sync_internal = models.BooleanField(default=False)
    perm_sync_authoritative = models.BooleanField(default=False)
    default_role = models.BooleanField(default=False)
    restricted_to_site_admin = models.BooleanField(default=False)
    memory_limit = models.CharField(max_length=255, blank=True, null=True)
    max_execution_time = models.CharField(max_length=255, blank=True, null=True)
    enforce_rate_limit = models.BooleanField(default=False)
    rate_limit_count = models.IntegerField(default=0)
    restsearch_limit_result = models.IntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "role"
        constraints = [models.UniqueConstraint(Lower("name"), name="role_name_unique")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds users by e-mail, ignoring case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class Disabled(models.TextChoices):
    """Why the hub disabled an account; empty if an administrator did."""

    UNREVIEWED = "unreviewed"
    IDLE = "idle"


class User(AbstractBaseUser):
    """A person or machine of one organisation, with one role, who signs in by e-mail address.

    `enabled_since` is when an administrator re-enabled the account; null if it was never disabled.
    `credentials_set_by_another_at` is when somebody else last set its credentials: password, second factor,
    e-mail address or a key; null if nobody has, or it is unknown.
    """

    kept_by_hub: ClassVar = frozenset(
        {
            "password",
            "last_login",
            "newsread",
            "nids_sid",
            "force_logout",
            "last_api_access",
            "last_pw_change",
            "credentials_set_by_another_at",
            "date_modified",
            "language",
            "theme",
            "termsaccepted",
            "change_pw",
        }
    )

    email = models.EmailField(max_length=255)
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="users")
    role = models.ForeignKey(Role, models.PROTECT, related_name="users")
    server_id = models.BigIntegerField(default=0)
    autoalert = models.BooleanField(default=False)
    contactalert = models.BooleanField(default=False)
    disabled = models.BooleanField(default=False)
    disabled_because = models.CharField(max_length=16, choices=Disabled.choices, blank=True, default="")
    enabled_since = models.DateTimeField(null=True, blank=True)
    expiration = models.DateTimeField(null=True, blank=True)
    change_pw = models.BooleanField(default=False)
    termsaccepted = models.BooleanField(default=False)
    newsread = models.BigIntegerField(default=0)
    nids_sid = models.BigIntegerField(default=4_000_000)
    gpgkey = models.TextField(blank=True, null=True)
    certif_public = models.TextField(blank=True, null=True)
    invited_by = models.BigIntegerField(default=0)
    force_logout = models.BooleanField(default=False)
    external_auth_required = models.BooleanField(default=False)
    external_auth_key = models.TextField(blank=True, null=True)
    notification_daily = models.BooleanField(default=False)
    notification_weekly = models.BooleanField(default=False)
    notification_monthly = models.BooleanField(default=False)
    staff_roles = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    last_api_access = models.DateTimeField(null=True)
    last_pw_change = models.DateTimeField(null=True)
    credentials_set_by_another_at = models.DateTimeField(null=True, blank=True)
    date_created = models.DateTimeField(auto_now_add=True)
    date_modified = models.DateTimeField(auto_now=True)
    language = models.CharField(max_length=8, blank=True, default="")
    theme = models.CharField(max_length=8, default="auto")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "account"
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_unique")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """True if the account may sign in now (Django's word for MISP's `disabled` and `expiration`)."""
        return not self.disabled and (self.expiration is None or self.expiration > timezone.now())


class AccountLink(models.Model):
    """A link mailed for an account, valid for one use until `expires`; only a digest of its secret is stored.

    `email` is the new address to confirm or cancel, for the purposes that involve one.
    """

    class Purpose(models.TextChoices):
        CONFIRM_ADDRESS = "confirm_address"
        CANCEL_ADDRESS = "cancel_address"
        SET_PASSWORD = "set_password"  # noqa: S105 - a purpose

    user = models.ForeignKey(User, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    digest = models.BinaryField(max_length=32, unique=True)
    email = models.EmailField(max_length=255, blank=True, default="")
    made = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    class Meta:
        db_table = "account_link"

    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id}"


class OneTimeCode(models.Model):
    """The counter (RFC 6238) of the last accepted code of an account's authenticator app, and failures since.

    `wrong` counts the failed attempts since `wrong_since` (Unix seconds).
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    counter = models.BigIntegerField()
    wrong = models.IntegerField()
    wrong_since = models.BigIntegerField()

    class Meta:
        db_table = "one_time_code"

    def __str__(self) -> str:
        return str(self.user_id)


class AuthKey(models.Model):
    """An API key: 40 characters, shown once, stored only as a hash.

    `authkey_start` (4 characters) finds the candidates; `digest` (SHA-256 of a 40-character random key, which
    needs no slow hash) decides, compared in constant time. `warned_days` is how many days were left at the
    last expiry warning; null if none was sent. `former_hash` (bcrypt) recognises a key that moved in from MISP
    until its first use, which tells its digest. `issued_by_id` is the account that issued the key, null for
    the console, the hub itself, and keys older than this column; no foreign key, because it outlives that
    account.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="auth_keys")
    authkey_start = models.CharField(max_length=4)
    authkey_end = models.CharField(max_length=4)
    digest = models.BinaryField(max_length=32)
    former_hash = models.CharField(max_length=72, blank=True, default="", db_default="")
    created = models.BigIntegerField()
    expiration = models.BigIntegerField(default=0)
    read_only = models.BooleanField(default=False)
    comment = models.TextField(blank=True, default="")
    allowed_ips = ArrayField(models.TextField(), null=True, blank=True)
    unique_ips = ArrayField(models.TextField(), default=list, blank=True)
    last_used = models.BigIntegerField(null=True)
    warned_days = models.SmallIntegerField(null=True)
    issued_by_id = models.BigIntegerField(null=True)
    issued_by_name = models.CharField(max_length=255, blank=True, default="")
    issued_at_console = models.BooleanField(default=False)

    class Meta:
        db_table = "auth_key"
        indexes = [models.Index(fields=["authkey_start"], name="auth_key_start")]

    def __str__(self) -> str:
        return f"{self.authkey_start}…{self.authkey_end}"

    @property
    def is_issued_by_owner(self) -> bool:
        return self.issued_by_id == self.user_id and not self.issued_at_console


class AccountAddress(models.Model):
    """An e-mail address that an account has or had, written by a trigger on the table `account`.

    It outlives the account, so `user_id` is not a foreign key.
    """

    user_id = models.BigIntegerField(db_index=True)
    email = models.EmailField(max_length=255)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "account_address"
        constraints = [
            models.UniqueConstraint("user_id", Lower("email"), name="account_address_unique"),
        ]
        indexes = [models.Index(Lower("email"), name="account_address_email")]

    def __str__(self) -> str:
        return self.email
