"""The two databases of these tests."""

from collections.abc import Iterator

import pytest

from tests.migrations.databases import BOTH, Emptied, office_on


@pytest.fixture(scope="module", params=BOTH)
def emptied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emptied]:
    """An office on one database or the other, and how all is taken from its database."""
    with office_on(request.param, tmp_path_factory.mktemp("emptied")) as found:
        yield found
