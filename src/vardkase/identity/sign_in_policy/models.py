"""Models for an organisation's sign-in policy, and for notified refusals.

What a sign-in is checked against is on the organisation itself (`networks`, `certificate_pins`, `verified_domains` and
their modes); the rows here record where each of those came from.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.core.secrets import SecretStore
from vardkase.identity.organisations.models import Organisation

PROVIDER_SECRETS = SecretStore("secrets of sign-in providers")


class ClientCertificate(models.Model):
    """A certificate that an organisation's people and machines may present.

    `pins` says what is compared: the certificate itself, or its public key, which a renewed certificate may
    keep. For one registered by fingerprint alone, subject and pem are empty and the validity unknown.
    `warned_days` is how many days were left at the last expiry warning.
    """

    class Pins(models.TextChoices):
        CERTIFICATE = "certificate"
        KEY = "key"

    org = models.ForeignKey(Organisation, models.CASCADE, related_name="client_certificates")
    pins = models.CharField(max_length=12, choices=Pins.choices, default=Pins.CERTIFICATE)
    fingerprint = models.CharField(max_length=64)
    subject = models.TextField(blank=True, default="")
    begins = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    pem = models.TextField(blank=True, default="")
    added = models.DateTimeField(auto_now_add=True)
    added_by = models.CharField(max_length=255)
    warned_days = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "client_certificate"
        constraints = [
            models.UniqueConstraint(fields=["org", "pins", "fingerprint"], name="client_certificate_unique")
        ]

    def __str__(self) -> str:
        return self.pin

    @property
    def label(self) -> str:
        return self.subject or self.fingerprint

    @property
    def pin(self) -> str:
        return f"{self.pins}:{self.fingerprint}"


class MailDomain(models.Model):
    """An e-mail domain claimed by an organisation.

    `verified` is null until it is proved, by the link in a mail to `mailbox`@domain (stored as a digest) or
    by `token` in a TXT record. `checked` and `seen` are when the proof was last looked for, and found;
    `warned` is when the organisation was asked to prove it again.
    """

    class Method(models.TextChoices):
        MAIL = "mail"
        DNS = "dns"

    org = models.ForeignKey(Organisation, models.CASCADE, related_name="mail_domains")
    domain = models.CharField(max_length=253)
    method = models.CharField(max_length=4, choices=Method.choices)
    mailbox = models.CharField(max_length=64, blank=True, default="")
    token = models.CharField(max_length=64)
    asked = models.DateTimeField()
    verified = models.DateTimeField(null=True)
    checked = models.DateTimeField(null=True)
    seen = models.DateTimeField(null=True)
    warned = models.DateTimeField(null=True)
    added_by = models.CharField(max_length=255)

    class Meta:
        db_table = "mail_domain"
        constraints = [models.UniqueConstraint(fields=["org", "domain"], name="mail_domain_unique")]

    def __str__(self) -> str:
        return self.domain


class IdentityProvider(models.Model):
    """An organisation's own OpenID Connect provider, identified by its issuer.

    `secret` is sealed. `required`: its users may not sign in any other way. `trusts_second_factor`: ours is
    skipped if the provider asserts one. `proved` is the last successful sign-in through it; null before the
    first.
    """

    org = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="identity_provider"
    )
    issuer = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    secret = models.TextField()
    label = models.CharField(max_length=60)
    required = models.BooleanField(default=False)
    trusts_second_factor = models.BooleanField(default=False)
    proved = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_provider"

    def __str__(self) -> str:
        return self.issuer

    @property
    def client_secret(self) -> str:
        return PROVIDER_SECRETS.decrypt(self.secret)


class RefusalNote(models.Model):
    """When a refusal for this reason was last written to the audit log, and how often it has occurred since."""

    who = models.CharField(max_length=40)
    address = models.CharField(max_length=45, blank=True)
    reason = models.CharField(max_length=24)
    recorded_at = models.BigIntegerField()
    times = models.BigIntegerField(default=1)

    class Meta:
        db_table = "refusal_note"
        constraints = [
            models.UniqueConstraint(fields=["who", "address", "reason"], name="refusal_note_unique")
        ]

    def __str__(self) -> str:
        return f"{self.who} from {self.address}: {self.reason}"


class ApiRequirements(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        APPROVED = "approved"
        RETURNED = "returned"

    class Proof(models.TextChoices):
        CERTIFICATE = "certificate"
        PINNED_KEY = "pinned_key"

    org = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="api_requirements"
    )
    software = models.CharField(max_length=255, blank=True, default="")
    egress_addresses = ArrayField(models.TextField(), default=list, blank=True)
    proof = models.CharField(max_length=12, choices=Proof.choices, default=Proof.CERTIFICATE)
    contact_name = models.CharField(max_length=255, blank=True, default="")
    contact_email = models.CharField(max_length=255, blank=True, default="")
    contact_phone = models.CharField(max_length=64, blank=True, default="")
    rotation_days = models.IntegerField(default=365)
    log_days = models.IntegerField(default=180)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    submitted = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=255, blank=True, default="")
    decided = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=255, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "api_requirements"

    def __str__(self) -> str:
        return f"API requirements of {self.org_id}"
