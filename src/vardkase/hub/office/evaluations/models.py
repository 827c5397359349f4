"""Models for evaluations."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class EvaluationState(models.TextChoices):
    OPEN = "open", pgettext_lazy("evaluation", "Open")
    CLOSED = "closed", pgettext_lazy("evaluation", "Closed")


class Evaluation(models.Model):
    """An evaluation of the days `first` to `last`, of `phase` if it is about one of the hub's.

    `questions` are objects of `text` and `answer`. `figures`, in the form of `quarterly.document.as_json`, are kept
    when it is closed.
    """

    title = models.CharField(max_length=200)
    phase = models.IntegerField(null=True)
    first = models.DateField()
    last = models.DateField()
    goals = models.TextField()
    questions = models.JSONField(default=list)
    tried = models.TextField(blank=True, default="")
    learnt = models.TextField(blank=True, default="")
    state = models.CharField(max_length=8, choices=EvaluationState.choices, default=EvaluationState.OPEN)
    figures = models.JSONField(null=True)
    created_by = models.CharField(max_length=255)
    created = models.DateTimeField(auto_now_add=True)
    closed_by = models.CharField(max_length=255, blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "evaluation"

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == EvaluationState.OPEN


class NoteKind(models.TextChoices):
    NOTE = "note", pgettext_lazy("evaluation", "Note")
    NUMBER = "number", pgettext_lazy("evaluation", "Number")


class EvaluationNote(models.Model):
    """A note, or a number with what it counts in `text`."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=NoteKind.choices)
    text = models.TextField()
    value = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "evaluation_note"

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.kind}"
