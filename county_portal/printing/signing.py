"""The office's own signature on its papers (PAdES), made with a key file.

Source: ETSI EN 319 142-1.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter

from county_portal.core.errors import Refused

FIELD = "Office"


def sign_paper(pdf: bytes, key: Path, password: str) -> bytes:
    """Sign the document so that the signature breaks when a byte of it is changed.

    key: a PKCS #12 file with the office's key and certificate.
    Raises Refused if the key file cannot be used.
    """
    load: Callable[..., SimpleSigner | None] = SimpleSigner.load_pkcs12
    signer = load(key, passphrase=password.encode())
    if signer is None:
        raise Refused("The key file for signing papers cannot be read, or its password is wrong")
    about = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    made = BytesIO()
    with ThreadPoolExecutor(1) as apart:  # the library runs an event loop of its own
        work = apart.submit(
            sign_pdf, IncrementalPdfFileWriter(BytesIO(pdf)), about, signer, output=made
        )
        work.result()
    return made.getvalue()
