"""Looks for what points to a draft's author, and carries out what the author decides about it. Stores nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.time_budget import allow, check_time
from vardkase.formats.incoming.recognition import DocumentKind, kind_of
from vardkase.formats.incoming.whole_text import unmeasured, whole_text
from vardkase.hub.anonymity import drafts
from vardkase.hub.anonymity.drafts import Draft, DraftFile, DraftText, Path, Role
from vardkase.hub.anonymity.earlier_use import (
    EarlierUse,
    earlier_use,
    own_files,
    own_host_patterns,
    own_numbers,
    own_tags,
    own_texts,
    own_uuids,
    plain,
    sentences,
)  # fmt: skip
from vardkase.hub.anonymity.files.draft_files import MOST_FILES
from vardkase.hub.anonymity.folding import read_as
from vardkase.hub.anonymity.hits import Hit, HitAction, HitDecision, HitKind
from vardkase.hub.anonymity.own_traits import Traits, traits_of
from vardkase.hub.anonymity.problems import FileCleaningProblem, SelfIdentificationProblem
from vardkase.hub.anonymity.text_checks import REPLACEMENTS, Found, found_in, hosts_in, numbers_in
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event
from vardkase.misp.fields import UUID_IN_ANY_CASE

MOST_HITS = 500
MOST_IN_FILE = 20
SHOWN = 200
"""Characters of what was matched."""
REQUEST = 90.0
"""Seconds of a request that reads files."""
SHORTEST_VALUE = 4
LONGEST_REPLACEMENT = 1_000
NEEDED = ("value", "info", "name")
SECTOR_OR_REGION = re.compile(
    r"(?i)^misp-galaxy:(?:sector|target-information|region|country)=|"
    r"^[^=]*(?:sector|sektor|region|country|county|location|municipal)"
)
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF")
HISTORY = ("Sighting", "ShadowAttribute", "extends_uuid", "event_creator_email")


def check(organisation: Organisation, draft: Draft, original: Event | None = None) -> list[Hit]:
    """In the order in which they stand in the draft; `original`: the own event of which it is a copy.

    Raises Invalid if there are more than MOST_HITS.
    """
    event = drafts.event_of(draft)
    texts, files = list(drafts.texts(event)), list(drafts.files(event))
    if len(files) > MOST_FILES:
        raise Invalid({"document": [FileCleaningProblem.TOO_MANY(most=MOST_FILES)]})
    known = traits_of(organisation)
    _look_up_identifiers(known, [text.text for text in texts])
    hits = [*_hits_in_texts(texts, known), *_hits_in_structure(event, organisation.pk)]
    but = 0 if original is None else original.pk
    hits += [*_hits_in_values(texts, organisation.pk, but), *_hits_in_files(files, known, but)]
    hits += [*_hits_in_whole_texts(texts, organisation.pk, but), *_source(original)]
    if len(hits) > MOST_HITS:
        raise Invalid({"document": [SelfIdentificationProblem.TOO_MANY_HITS(most=MOST_HITS)]})
    return sorted(hits, key=lambda hit: (len(hit.path) > 1, hit.path, hit.span or (0, 0), hit.kind.value))


def _look_up_identifiers(known: Traits, texts: Sequence[str]) -> None:
    """Add to `known` what the texts call by an identifier, and is the organisation's."""
    uuids, numbers = set[str](), set[tuple[str, int]]()
    for text in texts:
        for each in {text, read_as(text)}:
            uuids |= {match[0].lower() for match in UUID_IN_ANY_CASE.finditer(each)}
            numbers |= {numbered for numbered, _span in numbers_in(each)}
    known.uuids |= own_uuids(known.organisation_id, uuids)
    known.numbers |= own_numbers(known.organisation_id, numbers)


def apply(draft: Draft, hits: Sequence[Hit], decisions: Mapping[str, HitDecision]) -> dict[str, Any]:
    """The draft as the author wants it: `hits` are what `check` found in it, `decisions` by the id of a hit.

    What is not decided, or not possible, is done as suggested. Raises Invalid for a replacement that is too long, and
    for one that leaves nothing of a value or title.
    """
    changed = drafts.copied(draft)
    event = drafts.event_of(changed)
    edits: dict[Path, list[tuple[tuple[int, int], str]]] = defaultdict(list)
    removed: set[Path] = set()
    for hit in hits:
        decision = decisions.get(hit.id)
        if decision is None or decision.action not in hit.actions:
            decision = HitDecision(hit.suggested, hit.suggestion or "")
        if decision.action is HitAction.REMOVE and hit.removes is not None:
            removed.add(hit.removes)
        elif decision.action is HitAction.CHANGE and hit.span is not None:
            if len(decision.replacement) > LONGEST_REPLACEMENT:
                raise Invalid(CommonProblem.TOO_LONG(most=LONGEST_REPLACEMENT))
            edits[hit.path].append((hit.span, decision.replacement))
    for path, changes in edits.items():
        if not any(path[: len(each)] == each for each in removed):
            _write(event, path, changes)
    # From the end, so that the numbers of the others stay what they are; the inner ones first.
    for path in sorted(removed, reverse=True):
        drafts.take_out(event, path)
    return changed


def _write(event: dict[str, Any], path: Path, changes: list[tuple[tuple[int, int], str]]) -> None:
    is_file = path[-1] == "data"
    stored = drafts.found_at(event, path)
    text = base64.b64decode(stored).decode() if is_file else stored
    spans = dict(changes)
    for start, end in sorted(spans, reverse=True):
        if any(first <= start and end <= last and (first, last) != (start, end) for first, last in spans):
            continue  # All of the text that it is in is replaced.
        replacement = spans[start, end]
        text = text[:start] + replacement + text[end:]
    if path[-1] in NEEDED and not text.strip():
        raise Invalid(SelfIdentificationProblem.NOTHING_LEFT(text=stored[:SHOWN]))
    drafts.put_at(event, path, base64.b64encode(text.encode()).decode() if is_file else text)


def _part_of(path: Path) -> Path | None:
    """The part that a text is of, if it can be removed: the event itself cannot."""
    last = next((place for place in reversed(range(len(path))) if isinstance(path[place], int)), None)
    return None if last is None else path[: last + 1]


def _hits_in_texts(texts: Sequence[DraftText], known: Traits) -> Iterator[Hit]:
    hosts = {(text.path, span): pattern for text in texts for span, pattern in hosts_in(text.text).items()}
    own = own_host_patterns(known.organisation_id, dict.fromkeys(hosts.values()))
    for text in texts:
        check_time()
        found = found_in(text.text, known)
        taken = [each.span for each in found]
        found += [
            Found(HitKind.HOST, span, REPLACEMENTS[HitKind.HOST])
            for (path, span), pattern in hosts.items()
            if path == text.path and pattern in own and not any(_overlap(span, other) for other in taken)
        ]
        yield from (_hit(text, each) for each in found)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _hit(text: DraftText, found: Found) -> Hit:
    matched = text.text[slice(*found.span)][:SHOWN]
    if text.role is Role.TAG:
        return Hit(found.kind, text.path, matched, removes=_part_of(text.path), note=found.note)
    suggestion = found.suggestion if text.role is Role.TEXT else None
    return Hit(found.kind, text.path, matched, found.span, suggestion, _part_of(text.path), found.note)


def _source(original: Event | None) -> Iterator[Hit]:
    if original is None:
        return
    note = _(
        "Nobody else can read it on this hub now, but whoever gets hold of the database or an older backup can tell "
        "that both are yours. Delete it, if you can do without it."
    )
    if original.publish_timestamp:
        note = _(
            "It has been published in your name: whoever read it then, or has a copy, sees that this is yours too."
        )
    yield Hit(HitKind.SOURCE, (), str(original.pk), note=note)


def _hits_in_values(texts: Sequence[DraftText], organisation_id: int, but: int) -> Iterator[Hit]:
    values = {
        text.path: [part for part in text.text.lower().split("|") if len(part) >= SHORTEST_VALUE]
        for text in texts
        if text.path[-1] == "value"
    }
    used = earlier_use(organisation_id, sorted({part for parts in values.values() for part in parts}), but)
    for event_id, count in used.events.items():
        note = _(
            "It has %(count)s of the values. Whoever reads both events can tell that they have the same author, unless "
            "you delete that one."
        )
        yield Hit(HitKind.EARLIER_EVENT, (), str(event_id), note=note % {"count": count})
    for text in texts:
        for part in values.get(text.path, ()):
            yield from _earlier(text, part, used)


def _earlier(text: DraftText, part: str, used: EarlierUse) -> Iterator[Hit]:
    hit = Hit(HitKind.EARLIER_VALUE, text.path, part[:SHOWN], removes=_part_of(text.path))
    if part in used.in_event:
        yield replace(hit, note=_("Event %(event)s") % {"event": used.in_event[part]})
    elif part in used.seen:
        yield replace(hit, kind=HitKind.EARLIER_SIGHTING)


def _hits_in_whole_texts(texts: Sequence[DraftText], organisation_id: int, but: int) -> Iterator[Hit]:
    phrases = {
        text.path: [plain(text.text)] if text.path == ("info",) else sentences(text.text)
        for text in texts
        if text.path == ("info",) or text.path[-1] == "content"
    }
    used = own_texts(organisation_id, {phrase for each in phrases.values() for phrase in each if phrase}, but)
    for text in texts:
        phrase = next((each for each in phrases.get(text.path, ()) if each in used), None)
        if phrase is not None:
            part = _part_of(text.path)
            # A title cannot go, but be written anew.
            span = (0, len(text.text)) if part is None else None
            note = _("Event %(event)s") % {"event": used[phrase]}
            yield Hit(HitKind.EARLIER_TEXT, text.path, phrase[:SHOWN], span, removes=part, note=note)


def _hits_in_structure(event: dict[str, Any], organisation_id: int) -> Iterator[Hit]:
    tags = []
    for path, part in drafts.parts(event):
        tags += list(drafts.tags(path, part))
        if str(part.get("type", "")).startswith("target-") or part.get("category") == "Targeting data":
            yield Hit(
                HitKind.TARGET, (*path, "value"), str(part.get("value", ""))[:SHOWN], removes=path or None
            )
        if part.get("SharingGroup") or str(part.get("sharing_group_id") or "0") != "0":
            name = "SharingGroup" if part.get("SharingGroup") else "sharing_group_id"
            group = part[name].get("name", "") if isinstance(part[name], dict) else part[name]
            yield Hit(HitKind.RECIPIENTS, (*path, name), str(group)[:SHOWN], removes=(*path, name))
        for name in (*HISTORY, "authors"):
            if part.get(name):
                said = part[name] if isinstance(part[name], str) else name
                yield Hit(HitKind.HISTORY, (*path, name), said[:SHOWN], removes=(*path, name))
    own = own_tags(organisation_id, {tag["name"].lower() for _path, tag in tags})
    for path, tag in tags:
        name = tag["name"]
        if name.lower() in own or tag.get("local"):
            yield Hit(HitKind.OWN_TAG, (*path, "name"), name[:SHOWN], removes=path)
        elif SECTOR_OR_REGION.search(name):
            yield Hit(HitKind.SECTOR_TAG, (*path, "name"), name[:SHOWN], removes=path)


def _hits_in_files(files: Sequence[DraftFile], known: Traits, but: int) -> Iterator[Hit]:
    digests = {hashlib.sha256(file.content).hexdigest(): file for file in files}
    earlier = own_files(known.organisation_id, digests, but)
    for digest, file in digests.items():
        part = _part_of(file.path)
        if digest in earlier:
            note = _("Event %(event)s") % {"event": earlier[digest]}
            yield Hit(HitKind.EARLIER_VALUE, file.path, file.name[:SHOWN], removes=part, note=note)
        text = _plain(file.content)
        _look_up_identifiers(known, [text or ""])
        in_text = [] if text is None else found_in(text, known)
        yield from (_hit(DraftText(file.path, text or "", Role.TEXT), found) for found in in_text)
        if text is None or kind_of(file.content) is DocumentKind.MAIL:  # Which may have documents attached.
            yield from _hits_in_searched(file, known, {(text or "")[slice(*found.span)] for found in in_text})


def _plain(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or text.startswith("%PDF-") else text


def _hits_in_searched(file: DraftFile, known: Traits, named: Collection[str]) -> Iterator[Hit]:
    """In a document, where nothing can be replaced: each name once, but for those in `named`."""
    allow(REQUEST)
    said = whole_text(file.name, file.content, unmeasured)
    _look_up_identifiers(known, [each.text for each in said.texts])
    part = _part_of(file.path)
    once = {
        (found.kind, each.text[slice(*found.span)][:SHOWN]): each.path
        for each in said.texts
        for found in found_in(each.text, known)
        # In a program, words are its author's.
        if not (each.loose and found.kind in (HitKind.SIGNATURE, HitKind.WORDING, HitKind.MACHINE_IDENTIFIER))
    }
    others = [(kind, text, place) for (kind, text), place in once.items() if text not in named]
    for kind, text, place in others[:MOST_IN_FILE]:
        yield Hit(kind, file.path, text, removes=part, note=place)
    if said.unread or file.content.startswith(PICTURES):
        note = _("Look at it yourself: the hub cannot read pictures, or not all of this file.")
        yield Hit(HitKind.UNREAD_FILE, file.path, file.name[:SHOWN], removes=part, note=note)
