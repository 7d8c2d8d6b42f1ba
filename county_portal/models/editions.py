"""What rows of editions have in common, whatever was made."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped


class Edition:
    """Something made once and kept. Downloading it again gives the stored bytes.

    FORMS: for each form it has, the column with the hash of its file.
    """

    FORMS: ClassVar[dict[str, str]] = {"pdf": "pdf"}

    made_at: Mapped[datetime]

    @property
    def files(self) -> dict[str, str]:
        """The hashes of its files, by form."""
        return {form: getattr(self, column) for form, column in self.FORMS.items()}
