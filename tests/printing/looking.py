"""Looking at paper: its pages as pictures, its words, and whether two papers look alike."""

import pypdfium2
from PIL import ImageChops, ImageFilter
from PIL.Image import Image


def pictures(content: bytes) -> list[Image]:
    return [page.render(scale=2).to_pil() for page in pypdfium2.PdfDocument(content)]


def words(content: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content)]


def look_alike(page: Image, other: Image) -> bool:
    """Whether each page has all that is seen on the other, within a pixel."""
    return inks_within(page, other) and inks_within(other, page)


def inks_within(page: Image, other: Image) -> bool:
    """Whether the other page, drawn a pixel bolder, has all that is seen on this one."""
    dark = page.convert("L").point(lambda tone: 255 if tone < 210 else 0)
    near = (
        other.convert("L").filter(ImageFilter.MinFilter(5)).point(lambda tone: 255 * (tone > 230))
    )
    return ImageChops.darker(dark, near).getbbox() is None
