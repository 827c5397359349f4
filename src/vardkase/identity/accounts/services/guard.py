"""The rule that no change may break: an installation always has somebody who can administer it."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext

from vardkase.core.errors import Invalid
from vardkase.identity.accounts.models import User

# Any fixed number: two changes that each would leave one administrator must not pass each other.
LAST_ADMINISTRATOR = 0x4C41_5354


def keep_a_site_admin() -> None:
    """Call after a change, in its transaction: raises Invalid, which undoes it, when nobody is left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LAST_ADMINISTRATOR])
    active = Q(expiration__isnull=True) | Q(expiration__gt=Now())
    if not User.objects.filter(active, role__perm_site_admin=True, disabled=False).exists():
        raise Invalid(gettext("The last site administrator can neither be removed nor lose that role."))
