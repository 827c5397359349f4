"""Declared inputs of endpoints: parameters, bodies and documents, read before the handler is called.

A handler declares its inputs by its signature, and the API description is generated from it::

    class TagQuery(Params):
        exact: Flag = False

    def search(call: Call, name: str = "", *, params: TagQuery) -> Answer: ...

Parameters that are `str` are the arguments of the path, in their order; without a default, they are mandatory.
``*places: str`` takes all that follow.
What a client sends and an endpoint does not declare is ignored, as in MISP.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial, update_wrapper
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self, get_args

import msgspec
from msgspec import field

from vardkase.api.body import MULTIPART
from vardkase.api.errors import MispError
from vardkase.api.fields import ANYTHING, MANDATORY, Anything, Field, Segment
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem

__all__ = [
    "Body",
    "Filters",
    "JsonArray",
    "JsonObject",
    "Params",
    "Upload",
    "UploadOptions",
    "field",
    "inputs_of",
]


class InputField(NamedTuple):
    attribute: str
    kind: Field
    is_required: bool
    """Whether the declaration itself refuses a request without it."""
    is_mandatory: bool
    """Whether it is described as mandatory."""


class Input(msgspec.Struct, kw_only=True):
    """Base of declared inputs. The types of the fields are those of `api.fields`."""

    @classmethod
    def fields(cls) -> Mapping[str, InputField]:
        """By name on the wire."""
        return _fields_of(cls)

    @classmethod
    def _values(
        cls, get: Callable[[str], Any], refused: Callable[[dict[str, list[Problem]]], Exception]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        errors: dict[str, list[Problem]] = {}
        for name, (attribute, kind, is_required, _) in cls.fields().items():
            sent = get(name)
            # MISP's pages send an empty text for what is not filled in.
            if sent is None or (sent == "" and kind.reads_empty_as_nothing):
                if is_required:
                    errors[name] = [ApiProblem.MISSING(name=name)]
                continue
            try:
                value = kind.read(sent)
            except ValueError:
                errors[name] = [kind.problem(name=name)]
                continue
            if value is not None:
                values[attribute] = value
        if errors:
            raise refused(errors)
        return values


def _bad_request(errors: dict[str, list[Problem]]) -> MispError:
    return MispError(400, next(iter(errors.values()))[0].wire, errors=errors)


@cache
def _fields_of(cls: type[Input]) -> Mapping[str, InputField]:
    return {
        info.encode_name: InputField(
            info.name,
            next((mark for mark in _marks(info.type) if isinstance(mark, Field)), ANYTHING),
            is_required=info.required,
            is_mandatory=info.required or MANDATORY in _marks(info.type),
        )
        for info in msgspec.structs.fields(cls)
        if info.name != "sent"
    }


def _marks(kind: Any) -> list[Any]:
    """What is annotated in a type, through ``| None`` and `Mandatory`."""
    found = list(getattr(kind, "__metadata__", ()))
    inner = [kind.__origin__] if found else get_args(kind)
    return found + [mark for each in inner for mark in _marks(each)]


class Params(Input, kw_only=True):
    """Parameters: each from the body, else from ``name:value`` in the path, else from the query string."""

    @classmethod
    def read(cls, call: Call) -> Self:
        return cls(**cls._values(call.param, _bad_request))


class Body(Input, kw_only=True):
    """An entity in the body, with or without its wrapper `model`.

    `sent` is the body as the client sent it, for services that read a document of their own.
    """

    model: ClassVar[str] = ""
    lazy: ClassVar[str] = ""
    """The array whose elements are decoded on access, for documents that may be large."""
    sent: dict[str, Any] = {}

    @classmethod
    def read(cls, call: Call) -> Self:
        data = call.big_data(cls.model, cls.lazy) if cls.lazy else call.data(cls.model)
        return cls(**cls._values(data.get, Invalid), sent=data)


class Filters(Input, kw_only=True):
    """Parameters of a search, from the path's ``name:value`` pairs and the body. The fields only describe them:
    the parser of the search reads `sent`, and says in MISP's words what is wrong with it.
    """

    sent: dict[str, Any] = {}

    @classmethod
    def read(cls, call: Call) -> Self:
        return cls(sent={**call.named, **(call.body if isinstance(call.body, dict) else {})})


class UploadOptions(Input, kw_only=True):
    """Options sent along with a document.

    They come from the path, the query or a form, never from a JSON body, which is the document itself.
    """

    model: ClassVar[str] = "Event"

    @classmethod
    def read(cls, call: Call) -> Self:
        form = call.data(cls.model) if call.headers.get("Content-Type", "").startswith(MULTIPART) else {}
        sent = {**call.query, **call.named, **form}
        return cls(**cls._values(sent.get, _bad_request))


class Upload:
    """An uploaded document: the first file of a form, else the body itself. It is read on first use."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @classmethod
    def read(cls, call: Call) -> Self:
        return cls(call)

    @cached_property
    def document(self) -> tuple[str, bytes]:
        """Name and content."""
        return self._call.document()


def with_fields(
    base: type[Input], names: Iterable[str], kinds: Mapping[str, Any] = MappingProxyType({})
) -> type[Any]:
    """`base` with fields of these names too, for parameters that a parser declares and reads."""
    fields = [(name, kinds.get(name, Anything), None) for name in sorted(names)]
    return msgspec.defstruct(base.__name__, fields, bases=(base,), kw_only=True)


def bound(handler: Callable[..., Any], *first: Any) -> Callable[..., Any]:
    """`handler` with its first arguments, to be declared as an endpoint of its own."""
    given = update_wrapper(partial(handler, *first), handler)
    del given.__wrapped__  # Its signature would be the one with the first arguments.
    return given


class JsonArray(list[Any]):
    """A body that is a JSON array; empty if it is anything else, and then not `is_sent`."""

    is_sent = False

    @classmethod
    def read(cls, call: Call) -> Self:
        array = cls(call.body if isinstance(call.body, list) else ())
        array.is_sent = isinstance(call.body, list)
        return array


class JsonObject(dict[str, Any]):
    """A body that is a JSON object with names of the client's own; empty if it is anything else."""

    @classmethod
    def read(cls, call: Call) -> Self:
        return cls(call.body if isinstance(call.body, dict) else {})


KINDS = (Input, Upload, JsonArray, JsonObject)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the signature of a handler declares."""

    path: Mapping[str, bool]
    """Arguments of the path in order, by name: whether each is mandatory."""
    takes_more: bool
    """Whether any number of arguments may follow."""
    read: Mapping[str, type[Any]]
    answers: tuple[type, ...]
    """The kinds of its answers; none if its annotation does not say."""
    as_written: bool
    """Whether pairs in the path are arguments, but for those of a declared parameter."""

    def arguments(self, call: Call) -> list[str]:
        """The arguments of the path. A missing mandatory one is empty: nothing has such an id, which the handler
        says in MISP's words."""
        given = call.args
        if self.as_written:
            # The first is always an argument: in /tags/delete/id:x, the name of a tag.
            rest = [part for part in call.segments[1:] if part.partition(":")[0] not in self.parameters]
            given = [*call.segments[:1], *rest]
        if not self.takes_more:
            given = given[: len(self.path)]
        missing = list(self.path.values())[len(given) :]
        return given + [""] * sum(missing)

    @property
    def reads_lazily(self) -> bool:
        """Whether the elements of a large body are decoded on access: nothing else may decode it whole."""
        return any(issubclass(kind, Body) and kind.lazy for kind in self.read.values())

    @property
    def parameters(self) -> set[str]:
        return {name for kind in self.read.values() if issubclass(kind, Params) for name in kind.fields()}

    def keywords(self, call: Call) -> dict[str, Any]:
        return {name: kind.read(call) for name, kind in self.read.items()}

    def first(self, kind: type[Any]) -> Any:
        return next((each for each in self.read.values() if issubclass(each, kind)), None)


def inputs_of(handler: Callable[..., Any], narrowed: Mapping[str, type[Any]]) -> Inputs:
    signature = inspect.signature(handler, eval_str=True)
    parameters = list(signature.parameters.values())[1:]  # The first is the call.
    more = [each for each in parameters if each.kind is each.VAR_POSITIONAL]
    parameters = [each for each in parameters if each not in more]
    path = {each.name: each.default is each.empty for each in parameters if each.annotation in (str, Segment)}
    as_written = any(each.annotation == Segment for each in parameters)
    read = {
        each.name: each.annotation
        for each in parameters
        if isinstance(each.annotation, type) and issubclass(each.annotation, KINDS)
    }
    if unknown := {each.name for each in parameters} - path.keys() - read.keys():
        raise TypeError(f"{handler.__module__}: {', '.join(unknown)} is no declared input")
    returned = signature.return_annotation
    answers = tuple(kind for kind in get_args(returned) or (returned,) if isinstance(kind, type))
    return Inputs(path, bool(more), {**read, **narrowed}, answers, as_written)
