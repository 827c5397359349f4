"""Opening private links as browsers do."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def follow(client: Client, link: str) -> Any:
    """Opens a private link (``path#secret``) as the script of its landing page does, and returns the page
    behind it.
    """
    path, _, secret = link.partition("#")
    return client.post(path, {"secret": secret}, follow=True)


def fill_in(client: Client, page: Any, **data: str) -> Any:
    """Posts the form of a page behind a private link."""
    mark = re.search(r'name="private_link" value="(\w+)"', page.content.decode())
    assert mark, page.content.decode()
    return client.post(page.request["PATH_INFO"], {"private_link": mark[1], **data})
