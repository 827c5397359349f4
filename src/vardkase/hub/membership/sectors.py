"""Sectors of organisations, and their kinds of connection: choices of the application form."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sector(TextChoices):
    """An organisation's legal form, which decides the phase that admits it."""

    STATE_AUTHORITY = "state_authority", _("Government agency")
    REGION = "region", _("Region")
    MUNICIPALITY = "municipality", _("Municipality")
    PUBLIC_COMPANY = "public_company", _("Publicly owned company")
    PRIVATE_COMPANY = "private_company", _("Private company")
    OTHER = "other", pgettext_lazy("sector", "Other")


PUBLIC_SECTOR = (Sector.STATE_AUTHORITY, Sector.REGION, Sector.MUNICIPALITY, Sector.PUBLIC_COMPANY)
AUTHORITIES = (Sector.STATE_AUTHORITY, Sector.REGION, Sector.MUNICIPALITY)
"""For these, what is published on the hub is received (inkommen handling)."""


class Nis2Status(TextChoices):
    """An organisation's status under the Swedish Cybersecurity Act (cybersäkerhetslagen)."""

    ESSENTIAL = "essential", _("Essential entity")
    IMPORTANT = "important", _("Important entity")
    NOT_COVERED = "not_covered", _("Not covered")
    UNKNOWN = "unknown", _("Not yet known")


class Connection(TextChoices):
    API = "api", _("API (MISP to MISP)")
    WEB = "web", _("Web")
    BOTH = "both", _("API and web")
