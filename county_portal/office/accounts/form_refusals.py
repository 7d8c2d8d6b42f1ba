"""A refusal that belongs to a form: said on the form, with everything that was typed kept."""

from collections.abc import Callable

from flask import request
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm

from county_portal.core.errors import Refused
from county_portal.office.base import audit
from county_portal.office.base.extensions import db

NOT_YET = 422


def attempt(form: FlaskForm, deed: Callable[[], object], *, field: str = "") -> bool:
    """Do the deed. If it is refused for what was typed, undo it and say so on the form.

    field: where the reason stands; otherwise it stands above the form. Every
    other refusal (not allowed, missing, out of date) goes its usual way.
    """
    try:
        deed()
    except Refused as error:
        if error.status != NOT_YET:
            raise
        db.session.rollback()
        by = current_user if current_user.is_authenticated else None
        audit.record_refusal(by, request.endpoint or "", request.path, reason=error.message)
        reason = gettext(error.message, **error.params)
        if field:
            form[field].errors = [*form[field].errors, reason]
        else:
            form.form_errors.append(reason)
        return False
    return True
