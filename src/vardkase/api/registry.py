"""Every module that declares endpoints, one line each: a module that is not here does not answer."""

from vardkase.api import (  # noqa: F401
    attributes,
    attributes_write,
    auth_keys,
    correlation_exclusions,
    correlations,
    event_report_contents,
    event_reports,
    events,
    events_write,
    galaxies,
    galaxy_clusters,
    instance,
    noticelists,
    object_references,
    object_templates,
    objects,
    objects_write,
    organisations,
    registrations,
    rest_search,
    roles,
    server_settings,
    servers,
    sharing_groups,
    sightings,
    tagging,
    tags,
    taxonomies,
    user_settings,
    users,
    warninglists,
)
from vardkase.api.dispatch import controllers

__all__ = ["controllers"]
