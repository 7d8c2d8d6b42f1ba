"""The tags of a sheet, as few as say all: half as many to be written, read and bound."""

from typing import Any

import pydyf

PIECE = {"Type", "S", "K", "Pg", "P"}  # what is said of a piece of text, and nothing more


def slim_tags(pdf: Any) -> None:
    """Tag text in its paragraph, heading or cell itself, not in a span around each piece.

    Source: ISO 32000-1, 14.7.4 (an element's kids may be marked content).
    """
    tags = [one for one in pdf.objects if isinstance(one, pydyf.Dictionary)]
    elements = {one.reference: one for one in tags if one.get("Type") == "/StructElem"}
    pieces = {
        reference: one
        for reference, one in elements.items()
        if one["S"] == "/Span"
        and one.keys() == PIECE
        and all(isinstance(kid, int) for kid in one["K"])
        and elements[one["P"]].get("Pg") == one["Pg"]
    }
    for parent in {one["P"] for one in pieces.values()}:
        kids = elements[parent]["K"]
        elements[parent]["K"] = pydyf.Array(
            number for kid in kids for number in (pieces[kid]["K"] if kid in pieces else [kid])
        )
    for tag in tags:
        for owner in tag.get("Nums", ()):  # which element each piece of a page belongs to
            if isinstance(owner, pydyf.Array):
                owner[:] = [pieces[name]["P"] if name in pieces else name for name in owner]
    for piece in pieces.values():
        piece.free = "f"
