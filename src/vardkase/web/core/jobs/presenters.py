"""A background job as the person who ordered it sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.urls import reverse

from vardkase.hub.instance.jobs import Job
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

RESULTS: dict[str, tuple[str, str, tuple[Permission, ...]]] = {
    "feeds.cache": ("feed", "feed_id", (Permission.SITE_ADMIN,)),
    "feeds.fetch": ("feed", "feed_id", (Permission.SITE_ADMIN,)),
    "modules.enrich": ("event", "event_id", ()),
    "servers.cache": ("server", "server_id", (Permission.SITE_ADMIN,)),
    "sync.pull": ("server", "server_id", (Permission.SITE_ADMIN,)),
    "sync.push": ("server", "server_id", (Permission.SITE_ADMIN,)),
}
"""By task: the page with what the job has done, the argument that names it, and what one needs to open the page."""


@dataclass(frozen=True, slots=True)
class OwnJob:
    actor: Actor
    job: Job

    @property
    def result_url(self) -> str:
        """Where the result is; empty while the job is not done, and where no page shows it."""
        view, argument, needs = RESULTS.get(self.job.task, ("", "", ()))
        arguments = json.loads(self.job.arguments)
        if self.job.state != "succeeded" or not view or argument not in arguments:
            return ""
        return reverse(view, args=[arguments[argument]]) if self.actor.may(*needs) else ""
