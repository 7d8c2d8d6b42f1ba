"""What the environment says wrongly stops the start with a sentence, and not later."""

import pytest

from county_portal.office.base.config import Settings

SWITCHES = ["DEMO", "HTTPS", "PROXIES", "PAGE_CACHE_BYTES", "PLAIN_ENGINE"]  # nought means: none
COUNTS = [
    "PORT",
    "THREADS",
    "FILE_BYTES",
    "ITEM_BYTES",
    "IDLE_MINUTES",
    "SESSION_HOURS",
    "SIGN_IN_TRIES",
    "ADDRESS_TRIES",
]


def test_every_number_is_tried_here():
    assert {name for name, value in vars(Settings()).items() if isinstance(value, int)} == {
        *SWITCHES,
        *COUNTS,
    }


@pytest.mark.parametrize(
    ("name", "least"), [*((name, 0) for name in SWITCHES), *((name, 1) for name in COUNTS)]
)
def test_a_number_has_a_least_value(monkeypatch, name, least):
    monkeypatch.setenv(f"COUNTY_{name}", str(least))
    assert getattr(Settings(), name) == least
    for text in (str(least - 1), "-5", "many", "", "1.5", "²", "８"):
        monkeypatch.setenv(f"COUNTY_{name}", text)
        with pytest.raises(
            SystemExit, match=f"COUNTY_{name} must be a whole number from {least} up"
        ):
            Settings()
