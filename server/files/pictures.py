"""Draw pictures anew, so that what can be seen of the uploaded file is all that stays: no EXIF, place or comment."""

import io
import warnings
from typing import TYPE_CHECKING

from server.files.limits import MAX_BYTES, MAX_MEGAPIXELS, PHOTO_SIDE, PICTURE_SIDE, Damaged, TooLarge

if TYPE_CHECKING:
    from PIL import Image

JPEG, PNG = "image/jpeg", "image/png"
FORMATS = {JPEG: "JPEG", PNG: "PNG", "image/webp": "WEBP"}
QUALITY = 85
WHITE = (255, 255, 255)


def redrawn(data: bytes, media_type: str, *, is_photo: bool) -> tuple[str, bytes]:
    """Return (media type, bytes) of the picture drawn anew, upright; a photo smaller than other pictures, as JPEG.

    media_type: of data, by its signature. Raises Damaged and TooLarge.
    """
    from PIL import Image, ImageOps

    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # the limit below counts
    try:
        with Image.open(io.BytesIO(data), formats=[FORMATS[media_type]]) as opened:
            width, height = opened.size
            if width * height > MAX_MEGAPIXELS * 1_000_000:
                raise TooLarge
            side = PHOTO_SIDE if is_photo else PICTURE_SIDE
            # JPEG files are decoded at a fraction of their size if that is enough.
            opened.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(opened)
            is_png = media_type == PNG and not is_photo
            seen = _flat(upright) if not is_png else upright.convert("RGBA")
            seen.thumbnail((side, side))
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError):
        raise Damaged from None
    if is_png and len(bytes_ := _saved(seen, "PNG")) <= MAX_BYTES:
        return PNG, bytes_
    return JPEG, _saved(_flat(seen), "JPEG")


def _flat(picture: "Image.Image") -> "Image.Image":
    """Return the picture without transparency, on white."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    ground = Image.new("RGB", layered.size, WHITE)
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _saved(picture: "Image.Image", name: str) -> bytes:
    """Return the bytes of the pixels alone: what the file said beside them is left behind."""
    from PIL import Image

    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    out = io.BytesIO()
    plain.save(out, name, quality=QUALITY, optimize=True)
    return out.getvalue()
