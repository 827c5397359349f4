"""Loads noticelists: the packaged ones in `data`, and those of a configured folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from vardkase.knowledge.noticelists.models import Noticelist, NoticelistEntry
from vardkase.knowledge.sources.files import read_any
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, load_changed, quiet

NAME = "noticelists"
PACKAGED = Path(__file__).parent / "data"


def load(progress: Progress = quiet) -> LoadResult:
    folder = settings.VARDKASE_KNOWLEDGE_DIR
    added = sorted(Path(folder).glob("misp-noticelist/lists/*/list.json")) if folder else []
    paths = [*sorted(PACKAGED.glob("*.json")), *added]

    def newer() -> int:
        stored = dict(Noticelist.objects.values_list("name", "version"))
        documents = [read_any(path) for path in paths]
        wanted = [item for item in documents if int(item["version"]) > stored.get(item["name"], -1)]
        for document in wanted:
            _store(document)
        progress(NAME, len(wanted), len(wanted))
        return len(wanted)

    return load_changed(NAME, paths, newer)


def _store(document: dict[str, Any]) -> None:
    noticelist, _ = Noticelist.objects.update_or_create(
        name=document["name"],
        defaults={
            "expanded_name": document.get("expanded_name", ""),
            "ref": document.get("ref", []),
            "geographical_area": document.get("geographical_area", []),
            "version": int(document["version"]),
        },
    )
    # Notices have no identity of their own, so they are replaced and not compared.
    NoticelistEntry.objects.filter(noticelist=noticelist).delete()
    NoticelistEntry.objects.bulk_create(
        [NoticelistEntry(noticelist=noticelist, data=notice) for notice in document["notice"]]
    )
