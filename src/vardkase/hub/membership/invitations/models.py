"""Models for invitations to apply."""

from __future__ import annotations

from django.db import models

from vardkase.hub.membership.applications.models import Application


class Invitation(models.Model):
    """An invitation to one address, valid for one application until it `expires`.

    `digest` is the SHA-256 of the token in its link; the token is not stored. `application` is the one it was
    used for.
    """

    email = models.CharField(max_length=254)
    language = models.CharField(max_length=8, default="sv")
    note = models.CharField(max_length=300, blank=True, default="")
    digest = models.BinaryField(max_length=32, unique=True)
    expires = models.DateTimeField()
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=255)
    sent = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)
    application = models.ForeignKey(Application, models.SET_NULL, null=True, related_name="invitations")

    class Meta:
        db_table = "invitation"

    def __str__(self) -> str:
        return self.email
