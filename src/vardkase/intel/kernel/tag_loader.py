"""Resolves all tags of a document at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.kernel.bulk_insert import TagLink
from vardkase.intel.kernel.results import TAG_PLACE, Rejections
from vardkase.intel.models.event import LONGEST_RELATIONSHIP
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.problems import TagProblem
from vardkase.knowledge.taxonomies.services import resolve_tags
from vardkase.misp.fields import read_text
from vardkase.misp.flags import as_bool, as_int

LONGEST_SHOWN = 200


class TagLoader:
    """Resolves every tag in `mentions`, creating those the actor may, with at most two queries.

    Tags the actor may not create or use are left out: MISP stores the rest of the document. `rejections` tell which
    those are, in places like ``Tag.tlp:red``.
    """

    def __init__(
        self, actor: Actor, mentions: Iterable[dict[str, Any]], rejections: Rejections | None = None
    ) -> None:
        wanted = list(mentions)
        self._tags: dict[str, Tag] = {}
        self._by_id: dict[int, Tag] = {}
        if wanted and actor.may(Permission.TAGGER):
            self._tags = resolve_tags(actor, wanted, may_create=actor.may(Permission.TAG_EDITOR))
            self._by_id = {tag.pk: tag for tag in self._tags.values()}
            if rejections is not None:
                self._report(wanted, rejections)

    def _report(self, wanted: Iterable[dict[str, Any]], rejections: Rejections) -> None:
        for mention in wanted:
            name = str(mention.get("name") or "").strip()
            if name and name.lower() not in self._tags and not as_bool(mention.get("deleted")):
                refused = TagProblem.LEFT_OUT(name=name[:LONGEST_SHOWN])
                rejections.add(f"{TAG_PLACE}{name.lower()[:LONGEST_SHOWN]}", {"name": [refused]})

    def links(self, mentions: Sequence[dict[str, Any]]) -> list[TagLink]:
        links: dict[tuple[int, bool], TagLink] = {}
        for mention in mentions:
            tag = self.find(mention)
            if tag is None or as_bool(mention.get("deleted")):
                continue
            local = tag.local_only or as_bool(mention.get("local"))
            relationship = read_text(mention.get("relationship_type"))[:LONGEST_RELATIONSHIP]
            # A tag may be there twice, once for this instance and once for everybody.
            links.setdefault((tag.pk, local), TagLink(tag.pk, local, relationship))
        return list(links.values())

    def detached(self, mentions: Sequence[dict[str, Any]]) -> list[int]:
        return [
            tag.pk
            for mention in mentions
            if as_bool(mention.get("deleted")) and (tag := self.find(mention)) is not None
        ]

    def find(self, mention: dict[str, Any]) -> Tag | None:
        if name := str(mention.get("name") or "").strip():
            return self._tags.get(name.lower())
        return self._by_id.get(as_int(mention.get("id")) or 0)
