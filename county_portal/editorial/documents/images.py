"""Images for the public: decoded and drawn anew, with nothing but their pixels. In the sandbox."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from county_portal.core.sandbox.runner import Broken, TooMuch
from county_portal.editorial.documents.kinds import MAX_PIXELS, FileType, Note

LONGEST_SIDE = 4000  # pixels
QUALITY = 88

NOTE_SMALLER = Note("The picture is shown smaller than it was")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False


def open_image(source: Path, kind: FileType) -> Image.Image:
    """Return the image at `source`, its size known, its pixels not read yet."""
    try:
        image = Image.open(source, formats=["PNG" if kind is FileType.PNG else "JPEG"])
    except Image.DecompressionBombError as fault:
        raise _too_large() from fault
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as fault:
        raise _broken() from fault
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    return image


def check_jpeg(source: Path, target: None = None) -> dict[str, object]:
    """Refuse `source` unless it can be opened as a JPEG image of a size that goes."""
    open_image(source, FileType.JPEG).close()
    return {}


def check_png(source: Path, target: None = None) -> dict[str, object]:
    """Refuse `source` unless it is an undamaged PNG image of a size that goes."""
    image = open_image(source, FileType.PNG)
    try:
        image.verify()
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise _broken() from fault
    return {}


def redraw_jpeg(source: Path, target: Path) -> dict[str, object]:
    """Write the public copy of a JPEG image to `target`."""
    return _redraw(source, target, FileType.JPEG)


def redraw_png(source: Path, target: Path) -> dict[str, object]:
    """Write the public copy of a PNG image to `target`."""
    return _redraw(source, target, FileType.PNG)


def _redraw(source: Path, target: Path, kind: FileType) -> dict[str, object]:
    """Write the pixels of `source` to `target`: upright, at most 4000 long, nothing else kept."""
    try:
        with open_image(source, kind) as image:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            size = image.size
            upright = _plain(image)
            ImageOps.exif_transpose(upright, in_place=True)
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise _broken() from fault
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    upright.info.clear()
    if kind is FileType.PNG:
        upright.save(target, "PNG")
    else:
        upright.save(target, "JPEG", quality=QUALITY, optimize=True)
    smaller = max(upright.size) < max(size)
    return {"notes": [NOTE_SMALLER] if smaller else []}


def _plain(image: Image.Image) -> Image.Image:
    """Return `image` in grey or RGB, with transparency where it had any."""
    if image.mode.startswith(("I", "F")):
        deep = image.convert("I").point(lambda value: value / 256)
        return deep.convert("L")
    if profile := image.info.get("icc_profile"):
        return _in_common_colours(image, profile)
    return _in_common_mode(image)


def _in_common_colours(image: Image.Image, profile: bytes) -> Image.Image:
    """Return `image` as sRGB: without its colour profile the numbers would mean other colours."""
    if image.mode not in {"RGB", "CMYK"}:
        return _in_common_mode(image)
    try:
        meant = ImageCms.ImageCmsProfile(BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        drawn = ImageCms.profileToProfile(image, meant, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return _in_common_mode(image)
    return drawn or _in_common_mode(image)


def _in_common_mode(image: Image.Image) -> Image.Image:
    if "transparency" in image.info or image.mode in {"LA", "PA", "RGBA"}:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _too_large() -> TooMuch:
    return TooMuch("The picture has more than 60 million pixels; make it smaller")


def _broken() -> Broken:
    return Broken("The picture cannot be read; it seems to be damaged")
