"""Takes over the migration history of before the apps were merged.

Some 70 packages were Django apps of their own then, with 155 migrations. Their tables are those of the apps that there
are now; only Django's own tables name apps.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

LAST_VERSION = "0.1.0 (a5d4b522)"
"""The last version with the former apps."""

FORMER: dict[str, dict[str, str]] = {
    "core": {
        "jobs": "0002_unify_vocabulary",
        "limits": "0001_limit_use",
        "mail": "0003_delete_mailcount",
        "schedules": "0001_initial",
        "settings": "0002_seal_secrets",
    },
    "audit": {
        "audit": "0001_initial",
    },
    "identity": {
        "access_reviews": "0002_unify_vocabulary",
        "accounts": "0010_delete_searchcount",
        "blueprints": "0001_blueprints",
        "bookmarks": "0001_bookmarks",
        "entrance": "0003_identityprovider",
        "four_eyes": "0003_unify_vocabulary",
        "news": "0001_news",
        "organisations": "0012_name_skeletons",
        "registrations": "0001_initial",
        "user_settings": "0001_initial",
    },
    "knowledge": {
        "blocklists": "0001_blocklists",
        "caches": "0001_initial",
        "decaying_models": "0001_decaying_models",
        "galaxies": "0002_custom_galaxies",
        "import_expressions": "0001_import_expressions",
        "knowledge_sources": "0001_initial",
        "noticelists": "0001_initial",
        "object_templates": "0002_own_templates",
        "tag_collections": "0001_tag_collections",
        "taxonomies": "0004_tag_colours_seen",
        "warninglists": "0002_lookup_by_hash",
    },
    "intel": {
        "analyst_data": "0002_detached",
        "collections": "0001_collections",
        "event_delegations": "0001_initial",
        "event_graphs": "0001_initial",
        "event_locks": "0001_initial",
        "event_reports": "0001_initial",
        "event_templates": "0001_event_templates",
        "intel": "0008_object_times",
        "proposals": "0001_proposals",
        "protection": "0001_initial",
        "sightings": "0001_sightings",
    },
    "analysis": {
        "correlation": "0004_networks",
    },
    "exchange": {
        "feeds": "0002_caches_and_runs",
        "notices": "0001_initial",
        "outbox": "0004_audiences",
        "own_feeds": "0001_initial",
        "servers": "0005_unify_vocabulary",
        "streams": "0001_streams",
        "sync": "0005_unify_vocabulary",
        "taxii": "0002_servers_of_others",
    },
    "lifecycle": {
        "lifecycle": "0001_initial",
    },
    "correspondence": {
        "correspondence": "0005_unify_vocabulary",
    },
    "public_pages": {
        "public_pages": "0001_initial",
    },
    "training": {
        "training": "0001_initial",
    },
    "dashboards": {
        "dashboards": "0001_dashboards",
    },
    "policy": {
        "policy": "0002_unify_vocabulary",
    },
    "content_access": {
        "content_access": "0003_unify_vocabulary",
    },
    "customer_service": {
        "customer_service": "0002_unify_vocabulary",
    },
    "membership": {
        "applications": "0008_unify_vocabulary",
        "assessments": "0005_answers_for_members",
        "contacts": "0001_initial",
        "invitations": "0001_initial",
        "member_communities": "0001_initial",
        "members": "0005_unify_vocabulary",
        "onboarding": "0003_unify_vocabulary",
        "organisation_groups": "0002_consent",
        "phases": "0001_initial",
        "statements": "0003_unify_vocabulary",
        "terms": "0002_published_terms_are_never_changed",
    },
    "enrolment": {
        "enrolment": "0002_sent_to",
    },
}
"""Each app that there is now → the former apps that are part of it, with their last migrations."""

MOVED = {"mailtemplate": "core", "sentmail": "core"}
"""Models of `correspondence` that another app has now."""


def replace_former_history(connection: BaseDatabaseWrapper) -> bool:
    """Record the migrations of now in place of the former ones; False if there is nothing to replace.

    Raises ImproperlyConfigured for a history that ends before the last of the former migrations: what those still
    had to change is in no migration any more.
    """
    # By name, so that the last one of each app wins.
    recorded = dict(sorted(MigrationRecorder(connection).applied_migrations()))
    former = {label: last for apps in FORMER.values() for label, last in apps.items()}
    if not (former.keys() - FORMER.keys()) & recorded.keys():
        return False  # An empty database, or one of now. Some apps still have the name that they had.
    if former.items() - recorded.items():
        raise ImproperlyConfigured(
            f"this data folder was last used with an older version than {LAST_VERSION}: start it with that version "
            "once, and then with this one"
        )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = ANY(%s)", [list(former)])
        for app, labels in FORMER.items():
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, '0001_initial', now())", [app]
            )
            # Permissions refer to these rows by id. Otherwise Django would make both anew, and leave the former ones.
            cursor.execute(
                "UPDATE django_content_type SET app_label = %s WHERE app_label = ANY(%s)", [app, list(labels)]
            )
        for model, app in MOVED.items():
            cursor.execute(
                "UPDATE django_content_type SET app_label = %s WHERE (app_label, model) = ('correspondence', %s)",
                [app, model],
            )
    return True
