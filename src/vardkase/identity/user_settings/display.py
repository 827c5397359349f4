"""How pages look to a user, beside language and theme; private, and therefore not audited."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.clock import now_seconds
from vardkase.identity.access.actor import Actor
from vardkase.identity.user_settings.models import UserSetting

ATTRIBUTE_COLUMNS = "attribute_table_columns"


def chosen_columns(actor: Actor) -> list[str] | None:
    """The columns of an event's table of attributes; None while the user has not chosen any."""
    stored = UserSetting.objects.filter(user_id=actor.user_id or 0, setting=ATTRIBUTE_COLUMNS).first()
    return None if stored is None else [str(key) for key in stored.value]


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
