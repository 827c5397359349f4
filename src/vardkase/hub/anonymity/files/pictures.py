"""Pictures, encoded anew from their pixels alone. Runs inside a sandbox process."""

from __future__ import annotations

import io
import struct
from itertools import islice
from typing import Any

from PIL import Image, ImageOps, ImageSequence

from vardkase.core.errors import Invalid
from vardkase.hub.anonymity.files.cleaner import InnerCleaner
from vardkase.hub.anonymity.problems import FileCleaningProblem

MOST_PIXELS = 50_000_000
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
MOST_FRAMES = 300
STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "MPO")
"""MPO: of cameras, a JPEG with a preview behind it, which is left out."""
PLAIN_MODES = {"1", "L", "LA", "RGB", "RGBA", "I;16"}
SAVED: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92},
    "WEBP": {"quality": 92},
    "TIFF": {"compression": "tiff_deflate"},
}


def clean(name: str, content: bytes, _clean_inside: InnerCleaner) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            return _encoded(name, picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(FileCleaningProblem.TOO_MUCH(name=name)) from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise Invalid(FileCleaningProblem.DAMAGED(name=name)) from error


def _encoded(name: str, picture: Image.Image) -> bytes:
    kind = "JPEG" if picture.format == "MPO" else str(picture.format)
    frame_count = 1 if kind == "JPEG" else getattr(picture, "n_frames", 1)
    if frame_count > MOST_FRAMES or frame_count * picture.width * picture.height > 4 * MOST_PIXELS:
        raise Invalid(FileCleaningProblem.TOO_MUCH(name=name))
    frames, shown_for = [], []
    for frame in islice(ImageSequence.Iterator(picture), frame_count):
        shown_for.append(int(frame.info.get("duration", 0)))
        frames.append(_pixels(frame, kind))
    options = dict(SAVED.get(kind, {}))
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:]}
        if kind != "TIFF":  # Pages, not an animation.
            options |= {"duration": shown_for, "loop": int(picture.info.get("loop", 0))}
    out = io.BytesIO()
    frames[0].save(out, kind, **options)
    return out.getvalue()


def _pixels(frame: Image.Image, kind: str) -> Image.Image:
    """The picture as it is shown, turned as its metadata say, in a new one that has nothing but pixels."""
    turned = ImageOps.exif_transpose(frame)
    if turned.mode not in PLAIN_MODES:
        turned = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    if kind == "JPEG" and turned.mode not in {"L", "RGB"}:
        turned = turned.convert("RGB")
    return Image.frombytes(turned.mode, turned.size, turned.tobytes())
