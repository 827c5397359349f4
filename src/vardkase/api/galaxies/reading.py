"""galaxies/*: list and view galaxies, and attach clusters."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.json import encode

from vardkase.api.answers import Answer, Json, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.paging import LARGEST, paged
from vardkase.api.request import Call
from vardkase.formats.misp_json.knowledge import cluster_dict, element_dict, galaxy_dict
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.models import Galaxy
from vardkase.misp.flags import as_bool

OPTIONAL_FIELDS = [
    "uuid",
    "type",
    "description",
    "version",
    "icon",
    "namespace",
    "kill_chain_order",
    "distribution",
    "sharing_group_id",
]
ABOUT_ADD = Description("POST a Galaxy object in JSON format to add it.", ["name"], OPTIONAL_FIELDS)
ABOUT_EDIT = Description(
    "POST a Galaxy object in JSON format to change a galaxy that people made.",
    [],
    ["name", *OPTIONAL_FIELDS],
    "/galaxies/edit/[galaxy_id]",
)


@endpoint("galaxies/index")
def index(call: Call) -> Answer:
    """List the galaxies, optionally those that contain ``value``; packaged (``default``) or ``custom`` ones."""
    galaxies = queries.search_galaxies(call.actor, str(call.param("value") or call.param("searchall") or ""))
    if (enabled := call.param("enabled")) is not None:
        galaxies = galaxies.filter(enabled=as_bool(enabled))
    if (context := call.param("context")) in ("default", "custom"):
        galaxies = galaxies.filter(default=context == "default")
    if context == "org":
        galaxies = galaxies.filter(default=False, org_id=call.actor.organisation_id)
    chosen = paged(call, list(galaxies.values_list("pk", flat=True)), LARGEST)
    rows = galaxies.in_bulk(chosen)
    return Json([{"Galaxy": galaxy_dict(rows[number])} for number in chosen])


@endpoint("galaxies/view")
def view(call: Call) -> Answer:
    """Return one galaxy by id or uuid, with all its clusters."""
    return Stream(_document(call.actor, find_galaxy(call)))


@endpoint("galaxies/add", requires=(Permission.GALAXY_EDITOR,), writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Create a galaxy owned by the caller's organisation."""
    return Json({"Galaxy": galaxy_dict(services.add_galaxy(call.actor, call.data("Galaxy")))})


@endpoint("galaxies/edit", requires=(Permission.GALAXY_EDITOR,), writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Edit a galaxy; only the members given in the body change."""
    galaxy = services.edit_galaxy(call.actor, find_galaxy(call).pk, call.data("Galaxy"))
    return Json({"Galaxy": galaxy_dict(galaxy)})


@endpoint("galaxies/delete", site_admin=True, writes=True)
def delete(call: Call) -> Answer:
    """Delete a galaxy with its clusters."""
    galaxy = find_galaxy(call)
    services.delete_galaxy(call.actor, galaxy.pk)
    return saved("Galaxy deleted", f"/galaxies/delete/{galaxy.pk}", id=str(galaxy.pk))


@endpoint("galaxies/update", site_admin=True, writes=True)
def update(call: Call) -> Answer:
    """Update the packaged galaxies from the files."""
    services.update_galaxies(call.actor)
    return saved("Galaxies updated.", call.path)


@endpoint("galaxies/enable", site_admin=True, writes=True)
def enable(call: Call) -> Answer:
    """Enable a galaxy, so that its clusters can be used."""
    return _set_enabled(call, enabled=True)


@endpoint("galaxies/disable", site_admin=True, writes=True)
def disable(call: Call) -> Answer:
    """Disable a galaxy, so that its clusters can no longer be used."""
    return _set_enabled(call, enabled=False)


@endpoint("galaxies/toggle", site_admin=True, writes=True)
def toggle(call: Call) -> Answer:
    """Enable the galaxy if it is disabled, or disable it if it is enabled."""
    return _set_enabled(call, enabled=not find_galaxy(call).enabled)


@endpoint("galaxies/wipe_default", site_admin=True, writes=True)
def wipe_default(call: Call) -> Answer:
    """Remove all packaged galaxies and clusters; the next update loads them again."""
    services.wipe_default(call.actor)
    return saved("Default galaxy clusters dropped.", call.path)


def find_galaxy(call: Call) -> Galaxy:
    return queries.find_galaxy(call.actor, call.arg(0))


def _set_enabled(call: Call, *, enabled: bool) -> Answer:
    galaxy = services.set_galaxy_enabled(call.actor, find_galaxy(call).pk, enabled=enabled)
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
