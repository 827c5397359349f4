"""Private links: the secret is the URL fragment, which browsers never send, so that no log contains it."""

from __future__ import annotations

from django.conf import settings


def private_address(path: str, secret: str) -> str:
    """The full URL of a private link, for a mail. `path` is its landing page's (`web.private_links`)."""
    return f"{settings.BASE_URL}{path}#{secret}"
