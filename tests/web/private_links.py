"""Private links as browsers open them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def follow(client: Client, link: str) -> Any:
    """Open a private link (``path#secret``) as its landing page's script does: the page that it leads to."""
    path, _, secret = link.partition("#")
    return client.post(path, {"secret": secret}, follow=True)


def fill_in(client: Client, page: Any, **data: str) -> Any:
    """Post the form of a page that a private link has opened."""
    mark = re.search(r'name="private_link" value="(\w+)"', page.content.decode())
    assert mark, page.content.decode()
    return client.post(page.request["PATH_INFO"], {"private_link": mark[1], **data})
