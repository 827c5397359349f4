"""A version of the terms as a public PDF."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.core import typeset
from vardkase.core.mail.settings import sender
from vardkase.hub.correspondence.letters.blocks import blocks
from vardkase.hub.membership.terms.models import Terms

TEMPLATE = Path(__file__).with_name("terms.typ")


def terms_pdf(terms: Terms, language: str) -> bytes:
    with override(language):
        body = blocks(terms.text(language), {})
        heads = [number for number, block in enumerate(body) if block["kind"] == "heading"]
        title = (
            "".join(span["text"] for span in body[heads[0]]["spans"]) if heads else gettext("General terms")
        )
        meta = [[gettext("Version"), str(terms.version)]]
        if terms.published:
            day = formatted(timezone.localtime(terms.published), "j F Y")
            meta.append([gettext("Applies from"), day])
        data = {
            "title": title,
            "sender": sender(),
            "meta": meta,
            # A heading at the very beginning is the title, and is not repeated.
            "blocks": body[1:] if heads[:1] == [0] else body,
        }
        return typeset.pdf(TEMPLATE, data, language=language)
