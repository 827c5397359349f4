"""Names of clusters that organisations made, whose tags have only a UUID."""

from __future__ import annotations

from django.template import Context

from vardkase.knowledge.galaxies.queries import custom_cluster_names
from vardkase.misp.galaxy_tags import is_custom_galaxy_tag


def cluster_name(context: Context, tag: str) -> str:
    """The name of the cluster of `tag`, if the reader may see it, and empty for other tags.

    One query for all of a page that shows any.
    """
    request, actor = context.get("request"), context.get("actor")
    if request is None or actor is None or not is_custom_galaxy_tag(tag):
        return ""
    if not hasattr(request, "cluster_names"):
        request.cluster_names = custom_cluster_names(actor)
    return str(request.cluster_names.get(tag.lower(), ""))
