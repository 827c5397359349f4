"""Active browser sessions of a user."""

from __future__ import annotations

from allauth.account.internal.flows.logout import logout
from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from vardkase.core.errors import NotFound
from vardkase.identity.accounts.models import User
from vardkase.web.sign_in.session_store import stored_key


def sessions_of(user: User) -> list[UserSession]:
    sessions: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(sessions, key=lambda session: session.created_at, reverse=True)


def end_sessions(user: User, *, keep: str | None = None) -> int:
    """`keep`: the session key of a browser."""
    ending = list(UserSession.objects.filter(user=user).exclude(session_key=stored_key(keep or "")))
    for session in ending:
        session.end()
    return len(ending)


def end_session(user: User, number: int) -> None:
    """One of the account's own, by its number. Raises NotFound."""
    session = UserSession.objects.filter(user=user, pk=number).first()
    if session is None:
        raise NotFound
    session.end()


def end_this_session(request: HttpRequest) -> None:
    logout(request)
