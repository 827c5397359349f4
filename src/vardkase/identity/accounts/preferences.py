"""How a person wants pages to look: a private choice, so it leaves no audit trail."""

from __future__ import annotations

from vardkase.identity.accounts.models import User

THEMES = ("auto", "light", "dark")


def set_theme(user: User, theme: str) -> None:
    """Remember the theme for `user`; it must be one of THEMES."""
    User.objects.filter(pk=user.pk).update(theme=theme)


def set_language(user: User, language: str) -> None:
    """Remember the language for `user`; it must be one of settings.LANGUAGES."""
    User.objects.filter(pk=user.pk).update(language=language)
