"""The overview of 500 members with 5,000 accounts: `python -m bench.members`, on a database that is thrown away.

Measures the server's time for each page, sessions and templates included, as the median of several.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import timedelta
from itertools import cycle

from tests.support import database

database.bootstrap()

import django  # noqa: E402  settings are read after the database is there

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from vardkase.hub.lifecycle.models import HistoryEntry  # noqa: E402
from vardkase.hub.membership.members.models import Membership, MembershipState  # noqa: E402
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector  # noqa: E402
from vardkase.identity.accounts.models import Role, User  # noqa: E402
from vardkase.identity.organisations.models import Organisation  # noqa: E402

MEMBERS, ACCOUNTS_EACH = 500, 10
LOADS = 15
TARGET = 300.0
PAGES = (
    "/members/overview/",
    "/members/",
    "/members/?sort=-accounts",
    "/members/?state=active&sector=municipality",
)


def fill() -> User:
    """Members of every kind, their accounts, and two steps each; returns an officer."""
    role = Role.objects.create(name="User")
    now = timezone.now()
    organisations = Organisation.objects.bulk_create(
        Organisation(name=f"Organisation {n:03}", local=True) for n in range(MEMBERS)
    )
    User.objects.bulk_create(
        User(email=f"user{n}@{org.pk}.example", org=org, role=role, last_login=now)
        for org in organisations
        for n in range(ACCOUNTS_EACH)
    )
    kinds = zip(organisations, cycle(Sector), cycle(MembershipState), cycle(Connection), cycle(Nis2Status))
    members = Membership.objects.bulk_create(
        Membership(
            organisation=org, sector=sector, state=state, connection=way, nis2=nis2, phase=1 + org.pk % 3,
            organisation_number=f"{org.pk:010}",
        )
        for org, sector, state, way, nis2 in kinds
    )  # fmt: skip
    Membership.objects.update(began=now - timedelta(days=30))
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            kind="membership", thing_id=member.pk, step=step, before=before, after=after, actor_name="x"
        )
        for member in members
        for step, before, after in (("activate", "onboarding", "active"), ("suspend", "active", "suspended"))
    )
    return User.objects.create(
        email="officer@hub.example", org=organisations[0], role=role, staff_roles=["membership_officer"]
    )


def measured(client: Client, path: str) -> tuple[float, int]:
    """The median of the page's times in milliseconds, and its queries."""
    times = []
    for _ in range(LOADS):
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return statistics.median(times[1:]), len(queries)


def main() -> None:
    """Print a line for each page. Exit code 1 when one takes longer than it may."""
    settings.REQUIRE_SECOND_FACTOR = False
    call_command("migrate", verbosity=0)
    client = Client()
    client.force_login(fill())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = {path: measured(client, path) for path in PAGES}
    for path, (milliseconds, queries) in found.items():
        sys.stdout.write(f"{path:48} {milliseconds:7.1f} ms  {queries} queries\n")
    sys.exit(any(milliseconds > TARGET for milliseconds, _ in found.values()))


if __name__ == "__main__":
    try:
        main()
    finally:
        database.stop()
