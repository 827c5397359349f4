"""Who may read what, implemented a second time: plain Python, written from the specification alone.

The rules are those of MISP 2.5. The product's rule is SQL, in one place; this one exists to disagree.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    org: int
    site_admin: bool = False
    sync: bool = False
    may_read: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """A sharing group: its owner, its members, and whether the whole instance is in it."""

    owner: int
    members: frozenset[int] = frozenset()
    everyone_here: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Reach:
    """A distribution (0-5) and, for 4, the group."""

    distribution: int
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class SharedEvent:
    """An event as far as reading goes. Its creator is included, and must make no difference."""

    owner: int
    creator: int
    published: bool
    reach: Reach


@dataclass(frozen=True, slots=True)
class SharedPart:
    """An attribute, object or report; `within` is the distribution of the object that an attribute is in."""

    event: SharedEvent
    reach: Reach
    deleted: bool = False
    within: Reach | None = None


def in_group(reader: Reader, group: Group | None) -> bool:
    """Members, the owner, and everybody when the whole instance is in it; nobody when it is inactive."""
    if group is None or not group.active:
        return False
    return group.everyone_here or reader.org == group.owner or reader.org in group.members


def may_see_event(reader: Reader, event: SharedEvent, *, unpublished_is_private: bool) -> bool:
    if not reader.may_read:
        return False
    if reader.site_admin or event.owner == reader.org:
        return True
    if unpublished_is_private and not event.published:
        return False
    return _reaches_others(reader, event.reach, inherits=False)


def may_see_part(reader: Reader, part: SharedPart, *, unpublished_is_private: bool) -> bool:
    """The event, then the part, then the object around it, then whether it is deleted."""
    if not may_see_event(reader, part.event, unpublished_is_private=unpublished_is_private):
        return False
    at_home = reader.site_admin or part.event.owner == reader.org
    if part.deleted and not (at_home or reader.sync):
        return False
    if at_home:
        return True
    reaches = [part.reach] if part.within is None else [part.reach, part.within]
    return all(_reaches_others(reader, reach, inherits=True) for reach in reaches)


def _reaches_others(reader: Reader, reach: Reach, *, inherits: bool) -> bool:
    if reach.distribution == 4:
        return in_group(reader, reach.group)
    if reach.distribution == 5:
        return inherits
    return reach.distribution in (1, 2, 3)
