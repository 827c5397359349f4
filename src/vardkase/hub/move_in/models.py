"""Models for moves from MISP into this hub, and for what was on there."""

from __future__ import annotations

from django.db import models


class Move(models.Model):
    """One run of moving in: from which dump, which steps are done, and what they took over.

    `source` names the MISP (`uuid`, `base_url`, `version`, and `digest` of the dump); `report` is filled while it runs.
    """

    source = models.JSONField(default=dict)
    staged_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=255)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)

    class Meta:
        db_table = "move_in"
        constraints = [
            # One at a time: the staging tables are one set.
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(finished_at=None), name="move_in_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return str(self.source.get("base_url", "")) or str(self.pk)


class MoveStep(models.Model):
    """A step of a run that is done. `taken` counts what it took over; `left_out` is what it could not."""

    move = models.ForeignKey(Move, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=64)
    done_at = models.DateTimeField(auto_now_add=True)
    seconds = models.FloatField()
    taken = models.JSONField(default=dict)
    left_out = models.JSONField(default=list)

    class Meta:
        db_table = "move_in_step"
        constraints = [models.UniqueConstraint(fields=["move", "name"], name="move_in_step_once")]

    def __str__(self) -> str:
        return self.name


class SwitchedOff(models.Model):
    """Something that was on in MISP and would contact others: it arrived switched off.

    `kind` is the switch (`switches.SWITCHES`), `thing_id` the row here, 0 for a setting of the hub. `was` is its
    former state, in the form that the switch reads.
    """

    kind = models.CharField(max_length=64)
    thing_id = models.BigIntegerField(default=0)
    title = models.CharField(max_length=255)
    was = models.JSONField(default=dict)
    switched_on_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "move_in_switched_off"
        constraints = [models.UniqueConstraint(fields=["kind", "thing_id"], name="move_in_switched_off_once")]

    def __str__(self) -> str:
        return self.title


class FormerLogEntry(models.Model):
    """A row of MISP's own log, from before the move; kept beside the hub's audit log, whose chain begins here.

    `source` is MISP's table and `source_id` the row's id there. `change` is MISP's text or JSON, as it was.
    """

    source = models.CharField(max_length=16)
    source_id = models.BigIntegerField()
    created = models.DateTimeField()
    actor_name = models.CharField(max_length=255)
    organisation_name = models.CharField(max_length=255)
    address = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=20)
    target_kind = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    title = models.TextField(blank=True, default="")
    change = models.TextField(blank=True, default="")

    class Meta:
        db_table = "former_log_entry"
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="former_log_entry_once")]
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="former_log_entry_target"),
            models.Index(fields=["actor_name"], name="former_log_entry_actor"),
            models.Index(fields=["-created"], name="former_log_entry_created"),
        ]

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.title}"
