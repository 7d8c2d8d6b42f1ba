"""Reading paper back."""

import pypdfium2


def text_of(pdf: bytes) -> str:
    """All the words of a PDF, page after page."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)
