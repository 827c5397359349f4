"""Models for import expressions (MISP's import regexps), which rewrite or reject incoming values."""

from __future__ import annotations

from django.db import models

EVERY_TYPE = "ALL"
"""What stands for the type when an expression is about all of them."""


class ImportExpression(models.Model):
    """An import regexp, ``/pattern/flags``, for attributes of one type or of all.

    Matches are replaced; with an empty replacement a matching value is excluded.
    """

    regexp = models.CharField(max_length=255)
    replacement = models.CharField(max_length=255, blank=True, default="")
    type = models.CharField(max_length=100, default=EVERY_TYPE)

    class Meta:
        db_table = "import_expression"

    def __str__(self) -> str:
        return self.regexp
