"""`vardkase import` and `vardkase export`: events as MISP JSON files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, rows
from vardkase.core.errors import VardkaseError
from vardkase.core.problems import wire
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.identity.access.actor import Actor

PROFILES = EVERY

Files = Annotated[
    list[Path], typer.Argument(help="MISP JSON files: one event, or a list of events.", metavar="FILE…")
]
Publish = Annotated[bool, typer.Option("--publish", help="Publish what is imported.")]
Events = Annotated[
    list[str] | None, typer.Argument(help="Ids or uuids of events. Default: all.", metavar="EVENT…")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="File to write. Default: standard output.")
]


def import_files(
    files: Files, data_dir: DataDir = None, user: AsUser = "", publish: Publish = False, json: Json = False
) -> None:
    """Import events from files. A rejected event changes nothing; the others are imported."""
    with opened(data_dir):
        from vardkase.cli.console import acting

        actor = acting(user)
        outcomes = [outcome for path in files for outcome in _import_file(actor, path, publish=publish)]
        rows(outcomes, as_json=json)
        if any(outcome["error"] for outcome in outcomes):
            raise typer.Exit(1)


def export(events: Events = None, data_dir: DataDir = None, user: AsUser = "", output: Output = None) -> None:
    """Export events as MISP JSON, in a format that `import` and MISP read; recorded in the audit log.

    Once the hub has officers, only an operator (`--user`) with granted content access can export.
    """
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.formats.misp_json import EventOptions, events_document
        from vardkase.hub.content_access.exports import export_readers

        reader, chosen = export_readers(acting(user), lambda actor: _chosen(actor, events or []))
        options = EventOptions(include_attachments=True, include_event_correlations=False)
        document = events_document(reader, chosen, options)
        if output is None:
            sys.stdout.buffer.writelines(document)
        else:
            # Write to a temporary file and rename it: a failed export leaves an older one in place.
            unfinished = output.with_name(output.name + ".part")
            with unfinished.open("wb") as file:
                file.writelines(document)
            unfinished.replace(output)


def _import_file(actor: Actor, path: Path, *, publish: bool) -> Iterator[dict[str, Any]]:
    try:
        documents = list(read_events(path))
    except (OSError, msgspec.DecodeError, ValueError) as error:
        yield _outcome(path, error=str(error))
        return
    for document in documents:
        yield _import_event(actor, path, document, publish=publish)


def _import_event(actor: Actor, path: Path, document: dict[str, Any], *, publish: bool) -> dict[str, Any]:
    from vardkase.intel.problems import EventProblem
    from vardkase.intel.services.events import add_event
    from vardkase.intel.services.publish import publish_event

    try:
        stored = add_event(actor, document)
        if stored.is_quarantined:
            return _outcome(path, uuid=document.get("uuid"), error=str(EventProblem.QUARANTINED()))
        if publish:
            publish_event(actor, stored.event_id)
    except VardkaseError as error:
        return _outcome(path, uuid=document.get("uuid"), error=str(error))
    refused = [f"{place}: {wire(errors)}" for place, errors in stored.rejections.errors.items()]
    return _outcome(path, event_id=stored.event_id, uuid=document.get("uuid"), error="; ".join(refused))


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the bare events of a MISP JSON file: a single event or a list, wrapped or not, in a `response` or
    not.

    Raises OSError, msgspec.DecodeError (not JSON), ValueError (no events).
    """
    document = msgspec.json.decode(path.read_bytes())
    if isinstance(document, dict) and "response" in document:
        document = document["response"]
    for part in document if isinstance(document, list) else [document]:
        event = part.get("Event", part) if isinstance(part, dict) else None
        if not isinstance(event, dict) or "info" not in event:
            raise ValueError("the file holds no MISP event")
        yield event


def _outcome(
    path: Path, *, event_id: int | None = None, uuid: object = None, error: str = ""
) -> dict[str, Any]:
    return {"file": str(path), "event_id": event_id, "uuid": uuid, "error": error}


def _chosen(actor: Actor, references: list[str]) -> list[int]:
    from vardkase.intel.models import Event
    from vardkase.intel.queries.find import find_event

    if not references:
        return list(Event.objects.order_by("pk").values_list("pk", flat=True))
    return [find_event(actor, reference).id for reference in references]
