"""What the issuer may type."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField
from wtforms.validators import Optional

from county_portal.core.clock import COUNTY


class IssueForm(FlaskForm):
    publish_at = DateTimeLocalField(
        _l("Publish at"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=_l("Left empty: at once"),
    )

    def moment(self) -> datetime | None:
        """The chosen moment, meant as county time."""
        typed = self.publish_at.data
        return typed.replace(tzinfo=COUNTY) if typed else None
