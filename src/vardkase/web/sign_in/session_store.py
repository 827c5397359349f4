"""Django's sessions in the database, under a digest of what the browser sends: a copy of the table signs nobody in."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db.models.signals import pre_save
from django.utils import timezone


def stored_key(key: str) -> str:
    """40 characters, as long as the column. The key is random enough to need no salt."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:30]).decode()


class SessionStore(db.SessionStore):
    """`session_key` is what the browser sends. `exists` and `delete` take what is stored as well, since allauth passes
    it from its own table.
    """

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        key = stored_key(self.session_key or "")
        row: AbstractBaseSession | None = self.model.objects.filter(
            session_key=key, expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row: AbstractBaseSession = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def exists(self, session_key: str) -> bool:
        found: bool = self.model.objects.filter(session_key__in=_either(session_key)).exists()
        return found

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            self.model.objects.filter(session_key__in=_either(key)).delete()


class StoredSession(SessionStore):
    """A session by what is stored of its key. Never for what a browser sends."""

    @property
    def key_salt(self) -> str:
        return SessionStore().key_salt  # Django's has the name of the class.

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = self.model.objects.filter(
            session_key=self.session_key, expire_date__gt=timezone.now()
        ).first()
        return row


def _either(key: str) -> tuple[str, str]:
    return key, stored_key(key)


def _store_digest(instance: UserSession, **_: object) -> None:
    if instance.pk is None:
        instance.session_key = stored_key(instance.session_key)


pre_save.connect(_store_digest, sender=UserSession, dispatch_uid="vardkase.session_key")


def _store_of(_listed: UserSession, *stored: str) -> SessionStore:
    return StoredSession(*stored) if stored else SessionStore()


# allauth looks at each session in its table whether it still is somebody's, and drops it from the table otherwise. It
# would pass what is stored as if a browser had sent it, find none, and no longer know the sessions that are to end.
UserSession._session_store = _store_of  # noqa: SLF001
