"""Loads the packaged decaying models. The hub's own organisation owns them; an administrator enables them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.rules import model_fields
from vardkase.knowledge.sources.files import read_any
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, load_changed, quiet

NAME = "decaying_models"
PACKAGED = Path(__file__).parent / "data" / "models.json"
NOT_UPDATED = frozenset({"uuid", "all_orgs", "enabled"})  # An administrator may have changed the last.


def load(progress: Progress = quiet) -> LoadResult:
    owner = host_organisation_id()
    if owner is None:
        return LoadResult(NAME, 0, 0)

    def newer() -> int:
        count = store_packaged(owner)
        progress(NAME, count, count)
        return count

    return load_changed(NAME, [PACKAGED], newer, count=len(read_any(PACKAGED)))


def store_packaged(owner_id: int, *, force: bool = False) -> int:
    """Store packaged models that are new or newer (all with `force`); returns how many."""
    stored = {str(model.uuid): model.version for model in DecayingModel.objects.all()}
    wanted = [item for item in read_any(PACKAGED) if force or item["version"] > stored.get(item["uuid"], -1)]
    for document in wanted:
        values = {
            name: value for name, value in asdict(model_fields(document)).items() if name not in NOT_UPDATED
        }
        defaults = {"default": True, "all_orgs": True, **values}
        DecayingModel.objects.update_or_create(
            uuid=document["uuid"],
            defaults=defaults,
            create_defaults={**defaults, "org_id": owner_id},
        )
    return len(wanted)
