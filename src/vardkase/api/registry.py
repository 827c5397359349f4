"""Every module that declares endpoints, one line each: a module that is not here does not answer."""

# ruff: noqa: F401

import vardkase.api.administration.dashboards
import vardkase.api.administration.instance
import vardkase.api.administration.jobs
import vardkase.api.administration.logs
import vardkase.api.administration.periodic_summaries
import vardkase.api.administration.server_settings
import vardkase.api.administration.statistics
import vardkase.api.attributes.reading
import vardkase.api.attributes.selected
import vardkase.api.attributes.single_fields
import vardkase.api.attributes.writing
import vardkase.api.contributions.analyst_data
import vardkase.api.contributions.collections
import vardkase.api.contributions.event_delegations
import vardkase.api.contributions.event_report_contents
import vardkase.api.contributions.event_reports
import vardkase.api.contributions.shadow_attributes
import vardkase.api.contributions.sightings
import vardkase.api.events.checks
import vardkase.api.events.contact
import vardkase.api.events.freetext
import vardkase.api.events.module_documents
import vardkase.api.events.older_exports
import vardkase.api.events.reading
import vardkase.api.events.stix
import vardkase.api.events.writing
import vardkase.api.exchange.communities
import vardkase.api.exchange.connection_tests
import vardkase.api.exchange.connections
import vardkase.api.exchange.feed_contents
import vardkase.api.exchange.feeds
import vardkase.api.exchange.modules
import vardkase.api.exchange.servers
import vardkase.api.exchange.zeromq
import vardkase.api.galaxies.attachments
import vardkase.api.galaxies.cluster_relations
import vardkase.api.galaxies.clusters
import vardkase.api.galaxies.elements
import vardkase.api.galaxies.matrix
import vardkase.api.galaxies.reading
import vardkase.api.galaxies.relation_views
import vardkase.api.galaxies.search
import vardkase.api.members.auth_keys
import vardkase.api.members.bookmarks
import vardkase.api.members.news
import vardkase.api.members.organisations
import vardkase.api.members.registrations
import vardkase.api.members.roles
import vardkase.api.members.sharing_group_blueprints
import vardkase.api.members.sharing_groups
import vardkase.api.members.user_settings
import vardkase.api.members.users
import vardkase.api.objects.reading
import vardkase.api.objects.references
import vardkase.api.objects.templates
import vardkase.api.objects.writing
import vardkase.api.openapi
import vardkase.api.quality.blocklists
import vardkase.api.quality.correlation_exclusions
import vardkase.api.quality.correlations
import vardkase.api.quality.decaying_models
import vardkase.api.quality.noticelists
import vardkase.api.quality.warninglists
import vardkase.api.rest_search
import vardkase.api.tags.attachment
import vardkase.api.tags.collections
import vardkase.api.tags.favourites
import vardkase.api.tags.reading
import vardkase.api.tags.tagging
import vardkase.api.tags.taxonomies
import vardkase.api.uploads
from vardkase.api.dispatch import controllers

__all__ = ["controllers"]
