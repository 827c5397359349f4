"""Template tag for the field that binds a form to the private link it was opened by. `{% load private_links %}`."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def private_link_field(context: Context) -> SafeString | str:
    mark = getattr(context.get("request"), "private_link_mark", "")
    return format_html('<input type="hidden" name="private_link" value="{}">', mark) if mark else ""
