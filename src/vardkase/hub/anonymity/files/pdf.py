"""PDF, written anew from what its pages need. Runs inside a sandbox process."""

from __future__ import annotations

import io
import ntpath
import re
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from vardkase.core.errors import Invalid
from vardkase.hub.anonymity.files.cleaner import InnerCleaner
from vardkase.hub.anonymity.problems import FileCleaningProblem

MOST_OBJECTS = 300_000
DESCRIPTIONS = (
    "/Metadata", "/PieceInfo", "/LastModified", "/CreationDate", "/ModDate", "/M", "/NM", "/CreatorInfo",
)  # fmt: skip
"""XMP, data of programs, times, names of annotations: of any dictionary (ISO 32000-2, 14.3 to 14.5 and 12.5.2)."""
OF_CATALOG = ("/Perms", "/DSS", "/OutputIntents", "/Legal", "/Collection", "/SpiderInfo")
"""Signatures and their proof, the profile of a printer, where a page was fetched."""

UNSEEN = ("/Alt", "/ActualText", "/E", "/T", "/ID")
"""Texts of an element of the structure, which its author does not see on any page."""
ACTIVE = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute", "/Movie")
LINKED = ("/GoToR", "/GoToE")
"""Kinds of actions: what runs, and what leads to another file."""
FILE = re.compile(r"(?i)file:|[a-z]:[\\/](?!/)|\\\\")
IN_SCAN = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""A marker behind the coded data of a JPEG: neither a stuffed byte nor one to begin anew at."""


def clean(name: str, content: bytes, clean_inside: InnerCleaner) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if len(document.objects) > MOST_OBJECTS:
                raise Invalid(FileCleaningProblem.TOO_MUCH(name=name))
            _clean(name, document, clean_inside)
            out = io.BytesIO()
            # Another id than the hash of the content would be that of the original, or tell the time.
            document.save(
                out,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                encryption=False,
            )
            return out.getvalue()
    except pikepdf.PasswordError as error:
        raise Invalid(FileCleaningProblem.ENCRYPTED(name=name)) from error
    except pikepdf.PdfError as error:
        raise Invalid(FileCleaningProblem.DAMAGED(name=name)) from error


def _clean(name: str, document: pikepdf.Pdf, clean_inside: InnerCleaner) -> None:
    for key in ("/Info", "/ID"):
        if key in document.trailer:
            del document.trailer[key]
    for key in OF_CATALOG:
        if key in document.Root:
            del document.Root[key]
    form = document.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        raise Invalid(FileCleaningProblem.DYNAMIC_FORM(name=name))
    attached = set[tuple[int, int]]()
    for each in document.objects:
        for part in _dictionaries(each):
            attached |= _attached(part)
            _clean_dictionary(name, part)
    for each in document.objects:
        if isinstance(each, Stream):
            _clean_stream(name, document, each, clean_inside, is_attached=each.objgen in attached)


def _dictionaries(found: Object, depth: int = 0) -> Iterator[Object]:
    """The dictionaries that an object consists of, but for those that it only refers to."""
    if depth > 50:
        return
    if isinstance(found, (Dictionary, Stream)):
        yield found
        inner = [value for _, value in found.items()]
    elif isinstance(found, Array):
        inner = list(found)
    else:
        return
    for each in inner:
        if not getattr(each, "is_indirect", True):  # Numbers and the like are Python's own.
            yield from _dictionaries(each, depth + 1)


def _clean_dictionary(name: str, part: Object) -> None:
    for key in DESCRIPTIONS:
        _forget(part, key)
    if "/Rect" in part and part.get("/Subtype") != Name.Widget:
        _forget(part, "/T")  # Who wrote an annotation; of a widget it is the name of the field.
    if part.get("/FT") == Name.Sig:
        _forget(part, "/V")
    _clean_reference(name, part)
    _forget(part, "/Params")
    _clean_action(name, part)
    _clean_unseen(part)


def _clean_unseen(part: Object) -> None:
    if part.get("/Type") == Name.Thread:
        _forget(part, "/I")
    if part.get("/Type") == Name.StructElem or ("/S" in part and isinstance(part.get("/P"), Dictionary)):
        for key in UNSEEN:
            _forget(part, key)
    if part.get("/Type") == Name.OCG:
        part["/Name"] = String("Layer")
    if isinstance(usage := part.get("/Usage"), Dictionary):
        _forget(usage, "/User")
    for key in ("/Names", "/Limits"):  # Of a tree of attached files, which may be called by their paths.
        if not isinstance(names := part.get(key), Array):
            continue
        for place, each in enumerate(names):
            if isinstance(each, String) and FILE.match(str(each)):
                names[place] = String(ntpath.basename(str(each)))


def _clean_reference(name: str, part: Object) -> None:
    if "/EF" in part:
        for key in ("/Desc", "/ID", "/RF", "/DOS", "/Mac", "/Unix"):
            _forget(part, key)
        for key in ("/F", "/UF"):
            if key in part:
                part[key] = String(ntpath.basename(str(part[key])))
    elif part.get("/Type") in (Name.Filespec, Name.F) or any(
        isinstance(part.get(key), String) for key in ("/F", "/UF")
    ):
        raise Invalid(FileCleaningProblem.LINKED_DATA(name=name))


def _clean_action(name: str, part: Object) -> None:
    kind = part.get("/S")
    if "/JS" in part or (isinstance(kind, Name) and str(kind) in ACTIVE):
        raise Invalid(FileCleaningProblem.ACTIVE_CONTENT(name=name))
    addresses = [part.get(key) for key in ("/URI", "/Base")]
    if (isinstance(kind, Name) and str(kind) in LINKED) or any(
        isinstance(each, String) and FILE.match(str(each)) for each in addresses
    ):
        raise Invalid(FileCleaningProblem.LINKED_DATA(name=name))


def _attached(part: Object) -> set[tuple[int, int]]:
    """The streams that are files, whether they say so themselves or not."""
    files = part.get("/EF")
    if not isinstance(files, Dictionary):
        return set()
    return {each.objgen for _, each in files.items() if isinstance(each, Stream)}


def _forget(part: Object, key: str) -> None:
    if key in part:
        del part[key]


def _clean_stream(
    name: str, document: pikepdf.Pdf, stream: Stream, clean_inside: InnerCleaner, *, is_attached: bool
) -> None:
    if is_attached or stream.get("/Type") == Name.EmbeddedFile:
        stream.write(clean_inside(_name_of_attachment(document, stream), stream.read_bytes()))
    elif stream.get("/Subtype") == Name.Image:
        _clean_picture(name, stream)


def _clean_picture(name: str, stream: Stream) -> None:
    named = stream.get("/Filter")
    filters = list(named) if isinstance(named, Array) else [named]
    if Name.JPXDecode in filters and any(mark in stream.read_raw_bytes() for mark in (b"uuid", b"xml ")):
        raise Invalid(FileCleaningProblem.UNKNOWN_KIND(name=f"{name}/JPEG 2000"))
    if Name.DCTDecode not in filters:
        return
    if len(filters) > 1:  # Packed once more: few programs do.
        raise Invalid(FileCleaningProblem.UNKNOWN_KIND(name=f"{name}/JPEG"))
    parameters = stream.get("/DecodeParms")
    try:
        picture = without_descriptions(stream.read_raw_bytes())
    except ValueError as error:
        raise Invalid(FileCleaningProblem.DAMAGED(name=f"{name}/JPEG")) from error
    stream.write(picture, filter=Name.DCTDecode)
    if isinstance(parameters, Dictionary):  # How colours are coded, where the picture itself does not say.
        stream["/DecodeParms"] = parameters


def _name_of_attachment(document: pikepdf.Pdf, stream: Stream) -> str:
    for name, specification in document.attachments.items():
        files = specification.obj.get("/EF")
        if files is not None and any(each.objgen == stream.objgen for _, each in files.items()):
            return name
    return "attachment"


def without_descriptions(picture: bytes) -> bytes:
    """A JPEG without EXIF, XMP, IPTC, colour profile, preview and comments; its pixels are not encoded anew.

    Segments of ITU-T T.81, annex B: APP14 says how colours are coded, so it remains. What follows the end of the first
    picture (previews of cameras, with EXIF of their own) does not. Raises ValueError for what is not made so.
    """
    if not picture.startswith(b"\xff\xd8"):
        raise ValueError("no beginning")
    kept, place = bytearray(picture[:2]), 2
    while place + 2 <= len(picture):
        if picture[place] != 0xFF:
            raise ValueError("no marker")
        marker = picture[place + 1]
        if marker == 0xFF:  # Fills up.
            place += 1
            continue
        if marker == 0xD9:
            break
        length = int.from_bytes(picture[place + 2 : place + 4])
        if length < 2 or place + 2 + length > len(picture):
            raise ValueError("no segment")
        behind = place + 2 + length
        if marker == 0xDA:
            found = IN_SCAN.search(picture, behind)
            behind = found.start() if found else len(picture)
        if not (0xE0 <= marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            kept += picture[place:behind]
        place = behind
    return bytes(kept + b"\xff\xd9")
