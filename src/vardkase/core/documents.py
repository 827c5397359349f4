"""Decoded JSON converted to structs."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import InvalidValue
from vardkase.core.problems import ProblemCode, said_by_library


class DocumentProblem(ProblemCode):
    """Why a document does not have its type; the texts for clients are msgspec's own, the narrower ones first."""

    AT = _("%(problem)s (at %(place)s)"), "%(problem)s - at `%(place)s`"
    WRONG_TYPE = (
        _("The value must be of type %(expected)s, not %(got)s."),
        "Expected `%(expected)s`, got `%(got)s`",
    )
    BAD_LENGTH = (
        _("The length must be %(bounds)s (type %(expected)s)."),
        "Expected `%(expected)s` of length %(bounds)s",
    )
    BAD_PATTERN = (
        _("The value must match the pattern %(pattern)s."),
        "Expected `str` matching regex %(pattern)s",
    )
    OUT_OF_BOUNDS = (
        _("The value must be %(bounds)s (type %(expected)s)."),
        "Expected `%(expected)s` %(bounds)s",
    )
    FIELD_MISSING = _("The field “%(name)s” is missing."), "Object missing required field `%(name)s`"
    FIELD_UNKNOWN = _("There is no field “%(name)s”."), "Object contains unknown field `%(name)s`"
    NO_SUCH_VALUE = _("The value %(value)s is not allowed here."), "Invalid value %(value)s"
    NO_SUCH_NAME = _("The value %(value)s is not allowed here."), "Invalid enum value %(value)s"


def converted(document: Any, kind: Any) -> Any:
    """`document` as a value of the type `kind`.

    Raises InvalidValue; its problem is a `DocumentProblem.AT` if the fault lies inside the document.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        text, _at, place = str(error).partition(" - at `")
        problem = said_by_library(text, DocumentProblem)
        if place:
            problem = DocumentProblem.AT(problem=problem, place=place.removesuffix("`"))
        raise InvalidValue(problem) from None
