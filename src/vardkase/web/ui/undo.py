"""Messages with a button that takes a change back, or leads on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext


def say_with_undo(request: HttpRequest, said: str, view: str, *args: Any, **fields: Any) -> None:
    """A message with a button that posts `fields` to `view`, a list as several fields; works without JavaScript."""
    inputs = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            inputs += format_html('<input type="hidden" name="{}" value="{}">', name, one)
    messages.success(
        request,
        format_html(
            '{} <form class="undo" method="post" action="{}">{}'
            '<button class="button button-small" type="submit">{}</button></form>',
            said,
            reverse(view, args=args),
            inputs,
            gettext("Undo"),
        ),
    )


def say_with_link(request: HttpRequest, said: str, words: str, url: str) -> None:
    messages.success(request, with_link(said, words, url))


def with_link(said: str, words: str, url: str) -> SafeString:
    return format_html('{} <a class="button button-small" href="{}">{}</a>', said, url, words)
