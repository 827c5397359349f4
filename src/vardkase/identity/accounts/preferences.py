"""Display preferences of a user; private, and therefore not audited."""

from __future__ import annotations

from vardkase.identity.accounts.models import User

THEMES = ("auto", "light", "dark")


def set_theme(user: User, theme: str) -> None:
    User.objects.filter(pk=user.pk).update(theme=theme)


def set_language(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
