"""County Portal: the office, and the public site that reads what the office has signed."""

from flask import Flask, Response, request
from flask_babel import get_locale, gettext
from flask_login import current_user
from jinja2 import StrictUndefined
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from county_portal import cli
from county_portal.admin.feature import FEATURE as ADMIN
from county_portal.core import web
from county_portal.core.errors import OutOfDate, Refused
from county_portal.editorial.catalogue.views import FEATURE as CATALOGUE
from county_portal.editorial.desk.feature import FEATURE as DESKS
from county_portal.editorial.items.views import FEATURE as ITEMS
from county_portal.editorial.release.feature import FEATURE as RELEASE
from county_portal.editorial.sheets.views import FEATURE as SHEETS
from county_portal.office import feature
from county_portal.office.accounts import sessions
from county_portal.office.accounts.feature import FEATURE as ACCOUNTS
from county_portal.office.base import audit, extensions
from county_portal.office.base.config import MIGRATIONS, STATIC, TEMPLATES, TRANSLATIONS, Settings
from county_portal.office.base.extensions import db
from county_portal.office.desk import frame
from county_portal.office.feature import Feature
from county_portal.office.rules import access, labels, policy
from county_portal.office.work.views import FEATURE as WORK
from county_portal.papers.briefings.feature import FEATURE as BRIEFINGS
from county_portal.papers.circulars.feature import FEATURE as CIRCULARS
from county_portal.papers.deposits.feature import FEATURE as DEPOSITS
from county_portal.papers.gazettes.feature import FEATURE as GAZETTES
from county_portal.papers.reports.feature import FEATURE as REPORTS
from county_portal.public import site
from county_portal.public.kinds import PublicKind
from county_portal.published.kinds import check_halves

FEATURES = (
    ADMIN,
    WORK,
    REPORTS,
    DEPOSITS,
    CIRCULARS,
    ACCOUNTS,
    ITEMS,
    DESKS,
    SHEETS,
    CATALOGUE,
    RELEASE,
    BRIEFINGS,
    GAZETTES,
)
"""In the order of their entries on the timetable, their piles, and their parts of pages."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
LANGUAGE_COOKIE = "county_language"


def create_office(
    settings: Settings | None = None,
    features: tuple[Feature, ...] = FEATURES,
    kinds: tuple[PublicKind, ...] = site.KINDS,
    **overrides: object,
) -> Flask:
    """Build the intranet: everything behind the sign-in. kinds.

    What the public site shows of it.
    """
    settings = settings or Settings()
    app = Flask("county_portal", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.config.update(settings.flask())
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = extensions.engine_options(settings.DATABASE_URL)
    app.config.update(overrides)
    app.url_map.converters["int"] = web.RowNumber
    settings.DATA.mkdir(parents=True, exist_ok=True)
    _install_extensions(app)
    _install_manners(app, settings)
    feature.install(app, features, tuple(one.kind for one in kinds))
    cli.install(app)
    access.check_every_view(app)
    return app


def create_public(
    settings: Settings | None = None,
    kinds: tuple[PublicKind, ...] = site.KINDS,
    features: tuple[Feature, ...] = FEATURES,
    **overrides: object,
) -> Flask:
    """Build the public site: it reads the public folder and nothing else. features.

    What may lie there.

    Raises RuntimeError if a kind has one half only.
    """
    released = [row.kind for one in features for row in one.releasables]
    check_halves(released, (one.kind for one in kinds), "the public site")
    settings = settings or Settings()
    app = Flask("county_portal", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.config.update(
        BABEL_DEFAULT_LOCALE=settings.LOCALE,
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
        MAX_CONTENT_LENGTH=settings.FILE_BYTES + 2**20,
        COUNTY=settings,
    )
    app.config.update(overrides)
    site.install(app, settings.PUBLIC, kinds, cache_bytes=settings.PAGE_CACHE_BYTES)
    app.after_request(web.security_headers)
    _judge_hosts(app, settings)
    return app


def _install_extensions(app: Flask) -> None:
    sessions.install(app)
    db.init_app(app)
    with app.app_context():
        extensions.open_properly(db.engine)
    extensions.migrate.init_app(app, db, directory=str(MIGRATIONS))
    extensions.csrf.init_app(app)
    extensions.login.init_app(app)
    extensions.babel.init_app(app, locale_selector=_language)


def _install_manners(app: Flask, settings: Settings) -> None:
    """Install everything that is the same for each request."""
    if settings.PROXIES:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.PROXIES, x_proto=settings.PROXIES
        )
    _judge_hosts(app, settings)
    app.before_request(_announce_writing)
    app.after_request(web.security_headers)
    web.install_refusals(app, _log_refusal, undo=db.session.rollback)
    app.register_error_handler(OverflowError, _show_nonsense)
    app.register_error_handler(StaleDataError, _show_late)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["label"] = labels.label
    app.jinja_env.globals.update(
        get_locale=get_locale,
        can=policy.can,
        Do=policy.Do,
        deed=labels.deed,
    )
    site.share_templates(app)  # the officer sees the public site's own template
    frame.install(app)


def _judge_hosts(app: Flask, settings: Settings) -> None:
    hosts = {name.strip() for name in settings.HOSTS.split(",") if name.strip()}

    def judge() -> None:
        if hosts and request.host.split(":")[0] not in hosts:
            raise BadRequest

    app.before_request(judge)


def _announce_writing() -> None:
    extensions.will_write(ahead=request.method not in SAFE)


def _language() -> str | None:
    return LANGUAGES.get(request.cookies.get(LANGUAGE_COOKIE, ""))


def _show_nonsense(_error: Exception) -> Response:
    """Say that a number or a day beyond what any table holds was asked for."""
    db.session.rollback()
    return web.refusal_page(
        gettext("The request could not be understood. Go back and try again"), 400
    )


def _show_late(_error: StaleDataError) -> Response:
    """Say that somebody changed the row between our reading it and our writing it."""
    late = OutOfDate("Somebody changed this since the page was drawn")
    _log_refusal(late)
    return web.refusal_page(gettext(late.message), late.status)


def _log_refusal(error: Refused) -> None:
    """Undo what was begun and write into the log who was refused what."""
    db.session.rollback()
    if current_user.is_authenticated:
        audit.record_refusal(
            current_user,
            request.endpoint or "",
            request.path,
            reason=error.message,
            status=error.status,
        )
