"""Models for the people who handle requests for public records, and what their authority's letters state."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class RecordsOfficer(models.Model):
    """A person whom their authority has named to handle its requests for public records."""

    user = models.OneToOneField(User, models.CASCADE, related_name="records_officer")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="records_officers")
    named_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "records_officer"

    def __str__(self) -> str:
        return self.user.email


class RecordsOffice(models.Model):
    """What an authority's answers and decisions state about it, and its fee for copies, in kronor.

    `address` is where letters and appeals reach it, on one line. `court` is the administrative court of appeal
    (kammarrätt) that tries appeals. Without a row, or with an empty field, no decision can be written.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="records_office"
    )
    address = models.CharField(max_length=300, blank=True, default="")
    email = models.EmailField(max_length=255, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    court = models.CharField(max_length=120, blank=True, default="")
    free_below = models.IntegerField()
    first_pages = models.IntegerField()
    first_fee = models.IntegerField()
    page_fee = models.IntegerField()
    changed_by = models.CharField(max_length=255, blank=True, default="")
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "records_office"

    def __str__(self) -> str:
        return self.organisation.name
