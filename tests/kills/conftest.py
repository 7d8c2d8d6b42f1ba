"""A web server of the office for tests that kill it."""

import pytest

from county_portal.editorial.release import public_file
from county_portal.models import Role
from county_portal.office.base.extensions import db
from tests.factories import make_person
from tests.kills.web import Server
from tests.serving import kept_port


@pytest.fixture
def server(app, cast):
    """The office, and its public file as it stands before anything happens."""
    make_person("issuer9", Role.ISSUER, unit=cast.office)
    public_file.reconcile()
    db.session.rollback()
    with kept_port() as keeper:
        running = Server(app.config["COUNTY"].DATA, keeper.getsockname()[1])
        yield running
        running.end()
