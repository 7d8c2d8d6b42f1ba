"""What a PDF tells of itself: its attached data, and whether it is archival."""

from io import BytesIO

from pikepdf import Dictionary, Pdf

from county_portal.printing.binding import DATA_NAME


def data_of(pdf: bytes) -> str:
    """The JSON attached to a document; empty if there is none."""
    with Pdf.open(BytesIO(pdf)) as book:
        spec = book.attachments.get(DATA_NAME)
        return spec.get_file().read_bytes().decode() if spec else ""


def is_archival(pdf: bytes) -> bool:
    """Whether it calls itself PDF/A-3a, is tagged, and tells its language and title."""
    with Pdf.open(BytesIO(pdf)) as book:
        said = book.open_metadata()
        marked = book.Root.get("/MarkInfo", Dictionary()).get("/Marked", False)
        return bool(
            said.pdfa_status == "3A"
            and marked
            and book.Root.get("/Lang")
            and book.docinfo.get("/Title")
        )
