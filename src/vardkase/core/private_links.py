"""Links in mail. The secret of a private one is the URL fragment, which browsers never send: no log contains it."""

from __future__ import annotations

from django.conf import settings


def page_address(path: str) -> str:
    """The full URL of a page; empty while the hub's own address is not configured."""
    return f"{settings.BASE_URL}{path}" if settings.BASE_URL else ""


def private_address(path: str, secret: str) -> str:
    """The full URL of a private link, for a mail. `path` is its landing page's (`web.private_links`)."""
    return f"{settings.BASE_URL}{path}#{secret}"
