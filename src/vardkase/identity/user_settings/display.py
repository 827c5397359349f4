"""How pages look to a user, beside language and theme; private, and therefore not audited."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor, from_jsonb
from vardkase.identity.access.actor import Actor
from vardkase.identity.user_settings.models import UserSetting

ATTRIBUTE_COLUMNS = "attribute_table_columns"
COLUMNS = "SELECT value FROM user_setting WHERE user_id = %s AND setting = %s"


def chosen_columns(actor: Actor) -> list[str] | None:
    """The columns of an event's table of attributes; None while the user has not chosen any."""
    row = cursor().execute(COLUMNS, (actor.user_id, ATTRIBUTE_COLUMNS)).fetchone()
    return None if row is None else [str(key) for key in from_jsonb(row[0])]


def choose_columns(actor: Actor, keys: Sequence[str] | None) -> None:
    """None takes the choice back."""
    actor.require_own_affairs()
    if keys is None:
        UserSetting.objects.filter(user_id=actor.user_id or 0, setting=ATTRIBUTE_COLUMNS).delete()
        return
    chosen = {"value": list(keys), "timestamp": now_seconds()}
    UserSetting.objects.update_or_create(
        user_id=actor.user_id or 0, setting=ATTRIBUTE_COLUMNS, defaults=chosen
    )
