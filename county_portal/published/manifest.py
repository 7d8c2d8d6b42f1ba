"""What is signed, of every kind: typed fields, their one spelling as bytes, and its hash.

A kind is a frozen dataclass below `Manifest`; its wing builds it from plain values. A text that
was stored is read and hashed for ever by the form it was written in, and never written anew.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, ClassVar, Final, Self

from county_portal.core.typed_json import from_json as from_json
from county_portal.core.typed_json import to_json as to_json

NO_FORM = b"county-portal/no-form\0"
"""Goes before a text that tells no known form: its hash is none that was ever signed."""
_FORM = re.compile(r'"form": ?(\d+)')  # quotes within a string are escaped: this is a key


class NotAsked(Enum):
    """What stands for a field in a text whose form did not ask for it. False, and prints empty."""

    NOT_ASKED = ""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""


NOT_ASKED: Final = NotAsked.NOT_ASKED


def asked_since(form: int) -> Any:
    """Declare a field of a manifest that came with this form; older texts read as NOT_ASKED."""
    return field(default=NOT_ASKED, metadata={"since": form})


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything the public gets of one version of a thing. form: the form of the text.

    DOMAINS: what goes before the bytes that are hashed, by form. The last form is the newest.
    """

    DOMAINS: ClassVar[Mapping[int, bytes]]

    form: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a stored text. Raises ValueError for what is no manifest of the kind."""
        try:
            stored = json.loads(text)
            form = stored["form"]
            if form not in cls.DOMAINS or not stored.keys() >= cls.asked_in(form):
                raise ValueError(f"This is not the whole of form {form}")
            return from_json(cls, stored)
        except (AttributeError, KeyError, TypeError) as fault:
            raise ValueError("This is not a manifest") from fault

    @classmethod
    def hash_of(cls, text: str) -> str:
        """Compute the content hash of a stored text: what an officer signs."""
        match = _FORM.search(text)
        domain = cls.DOMAINS.get(int(match[1]), NO_FORM) if match else NO_FORM
        return hashlib.sha256(domain + text.encode()).hexdigest()

    @classmethod
    def asked_in(cls, form: int) -> frozenset[str]:
        """List the names of the fields that this form asks for."""
        return frozenset(one.name for one in fields(cls) if one.metadata.get("since", 1) <= form)

    @classmethod
    def newest(cls) -> int:
        """Return the form in which the kind is written today."""
        return max(cls.DOMAINS)

    @property
    def text(self) -> str:
        """The fields of the form, in the one spelling that is hashed."""
        values = {name: to_json(getattr(self, name)) for name in self.asked_in(self.form)}
        return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
