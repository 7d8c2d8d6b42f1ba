"""What is said of work that failed: refusals in the reader's language, other faults as they are."""

import json

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

WITHOUT_A_REFUSAL = (
    _l("The worker died several times"),
    _l("It takes too long"),
    _l("The press process died"),
)
"""Sentences that nobody raises as a refusal, so that the catalogue has them, too."""


def failure(error: str) -> str:
    """Return the kept words of a failure (jobs.words_of) for people."""
    try:
        stored = json.loads(error)
        sentence, params = str(stored["message"]), _told(stored["params"])
    except (ValueError, KeyError, TypeError, AttributeError):
        sentence, params = error, {}
    return str(gettext(sentence, **params)) if sentence else ""


def _told(params: dict[str, object]) -> dict[str, object]:
    """Translate a part that is a sentence of the catalogue as well."""
    return {name: gettext(it) if isinstance(it, str) and it else it for name, it in params.items()}
