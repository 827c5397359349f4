"""galaxies/*: list and view galaxies, and attach clusters."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.json import encode

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Anything, Distribution, Flag, Mandatory, SharingGroup, Text, Uuid
from vardkase.api.inputs import Body
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.formats.misp_json.knowledge import cluster_dict, element_dict, galaxy_dict
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.models import Galaxy

ABOUT_ADD = Description("POST a Galaxy object in JSON format to add it.")
ABOUT_EDIT = Description(
    "POST a Galaxy object in JSON format to change a galaxy that people made.",
    url="/galaxies/edit/[galaxy_id]",
)


class GalaxyList(Paging, kw_only=True):
    value: Text = ""
    searchall: Text = ""
    enabled: Flag | None = None
    context: Text = ""


class GalaxyFields(Body, kw_only=True):
    model = "Galaxy"

    uuid: Uuid = None
    type: Anything = None
    description: Anything = None
    version: Anything = None
    icon: Anything = None
    namespace: Anything = None
    kill_chain_order: Anything = None
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None


class NewGalaxy(GalaxyFields, kw_only=True):
    name: Mandatory[Anything] = None


class GalaxyChanges(GalaxyFields, kw_only=True):
    name: Anything = None


@endpoint("galaxies/index", answers="[Galaxy]")
def index(call: Call, *, params: GalaxyList) -> Json:
    """List the galaxies, optionally those that contain ``value``; packaged (``default``) or ``custom`` ones."""
    galaxies = queries.search_galaxies(call.actor, params.value or params.searchall)
    if params.enabled is not None:
        galaxies = galaxies.filter(enabled=params.enabled)
    if params.context in ("default", "custom"):
        galaxies = galaxies.filter(default=params.context == "default")
    if params.context == "org":
        galaxies = galaxies.filter(default=False, org_id=call.actor.organisation_id)
    chosen = params.of(list(galaxies.values_list("pk", flat=True)), LARGEST)
    rows = galaxies.in_bulk(chosen)
    return Json([{"Galaxy": galaxy_dict(rows[number])} for number in chosen])


@endpoint("galaxies/view", answers="Galaxy")
def view(call: Call, galaxy_id: str) -> Stream:
    """Return one galaxy by id or uuid, with all its clusters."""
    return Stream(_document(call.actor, queries.find_galaxy(call.actor, galaxy_id)))


@endpoint(
    "galaxies/add", requires=(Permission.GALAXY_EDITOR,), writes=True, describes=ABOUT_ADD, answers="Galaxy"
)
def add(call: Call, *, body: NewGalaxy) -> Json:
    """Create a galaxy owned by the caller's organisation."""
    return Json({"Galaxy": galaxy_dict(services.add_galaxy(call.actor, body.sent))})


@endpoint(
    "galaxies/edit", requires=(Permission.GALAXY_EDITOR,), writes=True, describes=ABOUT_EDIT, answers="Galaxy"
)
def edit(call: Call, galaxy_id: str, *, body: GalaxyChanges) -> Json:
    """Edit a galaxy; only the members given in the body change."""
    galaxy = services.edit_galaxy(call.actor, queries.find_galaxy(call.actor, galaxy_id).pk, body.sent)
    return Json({"Galaxy": galaxy_dict(galaxy)})


@endpoint("galaxies/delete", site_admin=True, writes=True)
def delete(call: Call, galaxy_id: str) -> Saved:
    """Delete a galaxy with its clusters."""
    galaxy = queries.find_galaxy(call.actor, galaxy_id)
    services.delete_galaxy(call.actor, galaxy.pk)
    return saved("Galaxy deleted", f"/galaxies/delete/{galaxy.pk}", id=str(galaxy.pk))


@endpoint("galaxies/update", site_admin=True, writes=True)
def update(call: Call) -> Saved:
    """Update the packaged galaxies from the files."""
    services.update_galaxies(call.actor)
    return saved("Galaxies updated.", call.path)


@endpoint("galaxies/enable", site_admin=True, writes=True)
def enable(call: Call, galaxy_id: str) -> Saved:
    """Enable a galaxy, so that its clusters can be used."""
    return _set_enabled(call, galaxy_id, enabled=True)


@endpoint("galaxies/disable", site_admin=True, writes=True)
def disable(call: Call, galaxy_id: str) -> Saved:
    """Disable a galaxy, so that its clusters can no longer be used."""
    return _set_enabled(call, galaxy_id, enabled=False)


@endpoint("galaxies/toggle", site_admin=True, writes=True)
def toggle(call: Call, galaxy_id: str) -> Saved:
    """Enable the galaxy if it is disabled, or disable it if it is enabled."""
    return _set_enabled(call, galaxy_id, enabled=not queries.find_galaxy(call.actor, galaxy_id).enabled)


@endpoint("galaxies/wipe_default", site_admin=True, writes=True)
def wipe_default(call: Call) -> Saved:
    """Remove all packaged galaxies and clusters; the next update loads them again."""
    services.wipe_default(call.actor)
    return saved("Default galaxy clusters dropped.", call.path)


def _set_enabled(call: Call, galaxy_id: str, *, enabled: bool) -> Saved:
    galaxy = services.set_galaxy_enabled(
        call.actor, queries.find_galaxy(call.actor, galaxy_id).pk, enabled=enabled
    )
    word = "enabled" if enabled else "disabled"
    return saved(f"Galaxy {word}", call.path, id=str(galaxy.pk))


def _document(actor: Actor, galaxy: Galaxy) -> Iterator[bytes]:
    yield b'{"Galaxy":' + encode(galaxy_dict(galaxy)) + b',"GalaxyCluster":['
    separator = b""
    for chunk in queries.with_elements_in_chunks(queries.clusters_of(actor, galaxy)):
        documents = [
            cluster_dict(cluster) | {"GalaxyElement": list(map(element_dict, cluster.elements.all()))}
            for cluster in chunk
        ]
        yield separator + encode(documents)[1:-1]
        separator = b","
    yield b"]}"
