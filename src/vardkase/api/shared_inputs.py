"""Inputs that endpoints of attributes, objects and reports share."""

from __future__ import annotations

from vardkase.api.fields import AnyText, Distribution, Hard, Seen, SharingGroup
from vardkase.api.inputs import Body, Params


class DeletionParams(Params, kw_only=True):
    """The older way to say it is a second argument in the path."""

    hard: Hard = False


class PartBody(Body, kw_only=True):
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    comment: AnyText = None


class SeenPart(PartBody, kw_only=True):
    first_seen: Seen = None
    last_seen: Seen = None
