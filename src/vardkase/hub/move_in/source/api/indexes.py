"""The lists that a MISP gives over its API, and the tables that they are rows of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vardkase.hub.move_in.source.api.shapes import ExportedTaxonomy

type Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InnerRows:
    """Rows inside an entry: `member` holds them, `table` is theirs, `owner` its column with the number of the entry."""

    member: str
    table: str
    owner: str


@dataclass(frozen=True, slots=True)
class Index:
    """`path` lists entries, each with its columns in the member `model`, or bare; `needs` are those without which an
    entry is refused. What a list leaves out is in the entry's own page at `view` (`shape`), which is asked for where
    `whole` says so. `kind` names it in the report."""

    kind: str
    path: str
    model: str
    table: str
    parts: tuple[InnerRows, ...] = ()
    view: str = ""
    whole: Callable[[Members], bool] = field(default=lambda _: True)
    shape: Any = dict[str, Any]
    needs: tuple[str, ...] = ("id",)


def _is_own(members: Members) -> bool:
    """Not from a package, which this hub has itself."""
    return not members.get("default")


def _is_enabled(members: Members) -> bool:
    return bool(members.get("enabled"))


def _is_own_template(members: Members) -> bool:
    return not members.get("fixed")


NAMED = ("id", "name")
GROUP_PARTS = (
    InnerRows("SharingGroupOrg", "sharing_group_orgs", "sharing_group_id"),
    InnerRows("SharingGroupServer", "sharing_group_servers", "sharing_group_id"),
)
WARNINGLIST_PARTS = (
    InnerRows("WarninglistEntry", "warninglist_entries", "warninglist_id"),
    InnerRows("WarninglistType", "warninglist_types", "warninglist_id"),
)

INDEXES = (
    Index("organisations", "organisations/index/scope:all", "Organisation", "organisations", needs=NAMED),
    Index("roles", "roles/index", "Role", "roles", needs=NAMED),
    Index("accounts", "admin/users/index", "User", "users", needs=("id", "email", "org_id", "role_id")),
    Index("keys", "auth_keys/index", "AuthKey", "auth_keys"),
    Index("user settings", "user_settings/index", "UserSetting", "user_settings"),
    Index(
        "sharing groups", "sharing_groups/index", "SharingGroup", "sharing_groups", GROUP_PARTS, "sharing_groups/view",
        needs=NAMED,
    ),
    Index(
        "inactive sharing groups", "sharing_groups/index/1", "SharingGroup", "sharing_groups", GROUP_PARTS,
        "sharing_groups/view", needs=NAMED,
    ),
    Index(
        "blueprints of sharing groups", "sharing_group_blueprints/index", "SharingGroupBlueprint",
        "sharing_group_blueprints",
    ),
    Index("servers", "servers/index", "Server", "servers", needs=("id", "url")),
    Index("feeds", "feeds/index", "Feed", "feeds", needs=("id", "name", "url")),
    Index("TAXII servers", "taxii_servers/index", "TaxiiServer", "taxii_servers"),
    Index("Cerebrate servers", "cerebrates/index", "Cerebrate", "cerebrates"),
    Index("tags", "tags/index", "Tag", "tags", needs=NAMED),
    Index(
        "tag collections", "tag_collections/index", "TagCollection", "tag_collections",
        (InnerRows("TagCollectionTag", "tag_collection_tags", "tag_collection_id"),),
    ),
    # A packaged one is in this hub's package: those that are in use may be MISP's own.
    Index(
        "taxonomies", "taxonomies/index", "Taxonomy", "taxonomies", (), "taxonomies/export", _is_enabled,
        ExportedTaxonomy,
    ),
    Index("galaxies", "galaxies/index", "Galaxy", "galaxies"),
    Index(
        "warninglists", "warninglists/index", "Warninglist", "warninglists", WARNINGLIST_PARTS, "warninglists/view",
        _is_own,
    ),
    Index(
        "noticelists", "noticelists/index", "Noticelist", "noticelists",
        (InnerRows("NoticelistEntry", "noticelist_entries", "noticelist_id"),), "noticelists/view",
    ),
    Index(
        "object templates", "object_templates/index", "ObjectTemplate", "object_templates",
        (InnerRows("ObjectTemplateElement", "object_template_elements", "object_template_id"),),
        "object_templates/view", _is_own_template,
    ),
    Index(
        "decaying models", "decayingModel/index", "DecayingModel", "decaying_models",
        (InnerRows("DecayingModelMapping", "decaying_model_mappings", "model_id"),),
    ),
    Index("import regexps", "regexp/index", "Regexp", "regexp"),
    Index("allowed-list expressions", "allowedlists/index", "Allowedlist", "allowedlist"),
    Index("correlation exclusions", "correlation_exclusions/index", "CorrelationExclusion", "correlation_exclusions"),
    Index("correlation rules", "correlation_rules/index", "CorrelationRule", "correlation_rules"),
    Index("blocked events", "event_blocklists/index", "EventBlocklist", "event_blocklists"),
    Index("blocked organisations", "org_blocklists/index", "OrgBlocklist", "org_blocklists"),
    Index(
        "blocked clusters", "galaxy_cluster_blocklists/index", "GalaxyClusterBlocklist", "galaxy_cluster_blocklists",
    ),
    Index("blocked sightings", "sighting_blocklists/index", "SightingBlocklist", "sighting_blocklists"),
    Index(
        "blocked analyst data", "analyst_data_blocklists/index", "AnalystDataBlocklist", "analyst_data_blocklists",
    ),
    Index("notes", "analyst_data/index/Note", "Note", "notes"),
    Index("opinions", "analyst_data/index/Opinion", "Opinion", "opinions"),
    Index("relationships", "analyst_data/index/Relationship", "Relationship", "relationships"),
    Index("requests to take over an event", "event_delegations/index", "EventDelegation", "event_delegations"),
    Index(
        "collections", "collections/index", "Collection", "collections",
        (InnerRows("CollectionElement", "collection_elements", "collection_id"),), "collections/view",
    ),
    Index("news", "news/index", "News", "news"),
    Index("bookmarks", "bookmarks/index", "Bookmark", "bookmarks"),
    Index("dashboards", "dashboards/listTemplates", "Dashboard", "dashboards"),
    Index("requests for accounts", "users/registrations/index", "Inbox", "inbox"),
    Index("workflows", "workflows/index", "Workflow", "workflows"),
)  # fmt: skip

NOT_GIVEN = (
    "passwords",
    "second factors",
    "keys",
    "certificates of servers",
    "graphs of events",
    "templates of events",
    "favourite tags",
    "decided proposals",
    "discussions",
    "MISP’s logs",
)
"""What no MISP gives over its API."""
