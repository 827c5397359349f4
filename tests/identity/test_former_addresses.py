"""What an older hub knows of its accounts' addresses is carried over, each of them once."""

from __future__ import annotations

from importlib import import_module

from django.db import connection

from tests.cast import Cast
from vardkase.identity.accounts import services
from vardkase.identity.accounts.models import AccountAddress

MIGRATION = import_module("vardkase.identity.accounts.migrations.0007_credential_history")


def test_a_hub_with_audited_accounts_is_upgraded(cast: Cast) -> None:
    """Django makes the unique index after the rows are there: none may be twice."""
    user = cast.analyst.user
    for address in ("Second@a.example", "second@A.example", user.email):
        services.edit_user(cast.site_admin.actor, user, {"email": address})
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX account_address_unique; DELETE FROM account_address")
        cursor.execute(MIGRATION.FILL)
    found = [each.email.lower() for each in AccountAddress.objects.filter(user_id=user.pk)]
    assert sorted(found) == sorted({user.email.lower(), "second@a.example"})
