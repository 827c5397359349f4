"""The tag name that represents a cluster."""

from __future__ import annotations

import re

UUID_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
GALAXY_TAG = re.compile(r'misp-galaxy:[^:="]+="[^\n]+"', re.IGNORECASE)
CUSTOM_GALAXY_TAG = re.compile(rf'misp-galaxy:[^:="]+="{UUID_FORM.pattern}"', re.IGNORECASE)


def tag_name(galaxy_type: str, value: str) -> str:
    """The tag of a cluster: `value` is its name if packaged, its uuid if custom."""
    return f'misp-galaxy:{galaxy_type}="{value}"'


def is_galaxy_tag(name: str) -> bool:
    """True if a tag of this name stands for a cluster (which need not exist here)."""
    return GALAXY_TAG.fullmatch(name) is not None


def is_custom_galaxy_tag(name: str) -> bool:
    return CUSTOM_GALAXY_TAG.fullmatch(name) is not None
