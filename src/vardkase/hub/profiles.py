"""Profiles of an installation: a member's platform administers no members, and a hub joins no other hub.

Pages, endpoints and commands declare where they exist: by the constant `PROFILES` of their module or of a package
above it (the nearest counts), or by the decorator `only_in`. What declares nothing exists in no profile.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import Flag, auto
from functools import cache
from typing import Any

from django.conf import settings


class Profile(Flag):
    HUB = auto()
    MEMBER = auto()


EVERY = Profile.HUB | Profile.MEMBER
NONE = Profile(0)

OF_LIBRARIES = {"allauth": EVERY}
"""The profiles of views by others, which cannot declare them, by the name of their top package."""


def profile() -> Profile:
    if settings.configured:
        return Profile[settings.VARDKASE_PROFILE.upper()]
    # The command line asks before the settings are read, which refuse any other word.
    is_member = os.environ.get("VARDKASE_PROFILE", "").strip().lower() == "member"
    return Profile.MEMBER if is_member else Profile.HUB


def only_in[C: Callable[..., Any]](profiles: Profile) -> Callable[[C], C]:
    """Declare the profiles of one page, endpoint or command where they differ from those of its module."""

    def declare(handler: C) -> C:
        handler.profiles = profiles  # type: ignore[attr-defined]  # read by `profiles_of`
        return handler

    return declare


def profiles_of(handler: Callable[..., Any]) -> Profile:
    """The profiles that have a view, endpoint handler or command."""
    own: Profile | None = getattr(handler, "profiles", None)
    return _of_module(handler.__module__) if own is None else own


def is_available(handler: Callable[..., Any]) -> bool:
    """True if the profile in force has `handler` (a view, endpoint handler or command)."""
    return profile() in profiles_of(handler)


# Every request asks, and a module never changes what it declares.
@cache
def _of_module(name: str) -> Profile:
    while name:
        declared: Profile | None = getattr(sys.modules.get(name), "PROFILES", None)
        if declared is not None:
            return declared
        if name in OF_LIBRARIES:
            return OF_LIBRARIES[name]
        name = name.rpartition(".")[0]
    return NONE
