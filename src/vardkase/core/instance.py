"""Identity of this instance among those it exchanges with."""

from __future__ import annotations

from functools import cache
from uuid import UUID, uuid5

from django.conf import settings

INSTANCES = UUID("7a1f1f0e-5d5a-5e0c-9a3e-4b1d1c5c9b52")


@cache
def instance_uuid() -> str:
    """This instance's uuid, derived from the installation's seed, so that it never changes."""
    return str(uuid5(INSTANCES, settings.INSTANCE_UUID_SEED))
