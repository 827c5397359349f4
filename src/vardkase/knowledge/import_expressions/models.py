"""Import expressions (MISP's import regexps): what is rewritten in values that come in, and what stays out."""

from __future__ import annotations

from django.db import models

EVERY_TYPE = "ALL"
"""What stands for the type when an expression is about all of them."""


class ImportExpression(models.Model):
    """One expression, ``/pattern/flags``, for attributes of one type or of all.

    What it matches is replaced; with an empty replacement a value that it matches stays out.
    """

    regexp = models.CharField(max_length=255)
    replacement = models.CharField(max_length=255, blank=True, default="")
    type = models.CharField(max_length=100, default=EVERY_TYPE)

    class Meta:
        db_table = "import_expression"

    def __str__(self) -> str:
        return self.regexp
