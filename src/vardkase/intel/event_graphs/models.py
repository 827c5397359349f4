"""Models for saved event graphs, shared within an organisation."""

from __future__ import annotations

from django.db import models

from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event


class EventGraph(models.Model):
    """A saved graph. The drawing is the client's own: `network_json` is JSON, `preview` a PNG or empty."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="graphs")
    org = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    user_id = models.BigIntegerField()
    timestamp = models.BigIntegerField()
    network_name = models.CharField(max_length=255, blank=True, default="")
    network_json = models.TextField()
    preview = models.BinaryField(default=bytes)

    class Meta:
        db_table = "event_graph"
        indexes = [models.Index(fields=["event", "org"], name="event_graph_event")]

    def __str__(self) -> str:
        return self.network_name or f"graph {self.pk}"
