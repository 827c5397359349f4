"""The form of private links: the secret is the fragment, which browsers send to no server, so that no log holds it."""

from __future__ import annotations

from django.conf import settings


def private_address(path: str, secret: str) -> str:
    """The whole address of a private link, for a mail. `path` is that of its landing page (`web.private_links`)."""
    return f"{settings.BASE_URL}{path}#{secret}"
