"""The engine the shortcuts (optimisations.py) were written for, and whether it is here."""

import ctypes
import os
from importlib.metadata import version

TRIED = {"WeasyPrint": "70.0", "pydyf": "0.13.0", "HarfBuzz": "6.0.0"}
SETTING = "COUNTY_PLAIN_ENGINE"


def untried() -> list[str]:
    """List what is here in another version than the one that was tried. Empty: nothing.

    The one place that knows versions: only with an empty list may optimisations.py be imported.
    """
    here = {
        "WeasyPrint": version("weasyprint"),
        "pydyf": version("pydyf"),
        "HarfBuzz": subsetter() or "without its subsetter",
    }
    return [f"{name} {number}" for name, number in here.items() if number != TRIED[name]]


def subsetter() -> str:
    """Find the version of HarfBuzz that cuts fonts down; empty where there is none."""
    try:
        name = ctypes.CDLL("libharfbuzz-subset.so.0").hb_version_string
    except (OSError, AttributeError):
        return ""
    name.restype = ctypes.c_char_p
    return str(name().decode())


def why_plain() -> str:
    """Say why the engine goes its own way here; empty: it takes the shortcuts."""
    if os.environ.get(SETTING, "0") != "0":
        return f"{SETTING} is set"
    names = untried()
    return f"they were not tried with {', '.join(names)}" if names else ""
