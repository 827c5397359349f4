"""Path converters: object references in URLs."""

from __future__ import annotations

from django.urls import register_converter


class Reference:
    """A MISP id or a uuid, as text: what `intel.queries.find` takes."""

    regex = "[0-9]{1,18}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> str:
        return value.lower()

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(Reference, "reference")
