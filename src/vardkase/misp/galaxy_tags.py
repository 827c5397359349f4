"""The name of the tag that represents a galaxy cluster."""

from __future__ import annotations

import re

from vardkase.misp.fields import UUID

TAG = re.compile(r'misp-galaxy:[^:="]+="[^\n]+"', re.IGNORECASE)
TAG_OF_CUSTOM = re.compile(rf'misp-galaxy:[^:="]+="{UUID.pattern}"', re.IGNORECASE)


def tag_name(galaxy_type: str, value: str) -> str:
    """The tag of a cluster: `value` is its name if packaged, its uuid if custom."""
    return f'misp-galaxy:{galaxy_type}="{value}"'


def is_galaxy_tag(name: str) -> bool:
    """True if a tag of this name stands for a cluster (which need not exist here)."""
    return TAG.fullmatch(name) is not None


def is_custom_galaxy_tag(name: str) -> bool:
    return TAG_OF_CUSTOM.fullmatch(name) is not None
