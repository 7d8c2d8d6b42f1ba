"""Signing in and out, one's own password, and the pages of units, people and roles."""

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from county_portal.core.errors import Missing
from county_portal.core.web import form_page
from county_portal.models import Person, Role, Unit
from county_portal.office.accounts import people as directory
from county_portal.office.accounts import services, sessions
from county_portal.office.accounts.form_refusals import attempt
from county_portal.office.accounts.forms import (
    PasswordForm,
    PersonForm,
    RolesForm,
    SignInForm,
    UnitForm,
    choices_of,
)
from county_portal.office.base.config import current_settings
from county_portal.office.base.extensions import db, fetch_row
from county_portal.office.desk import frame
from county_portal.office.rules.access import me, needs, open_to_all
from county_portal.office.rules.policy import Do

bp = Blueprint("accounts", __name__)
YEAR = 365 * 24 * 3600  # seconds
LANGUAGES = frozenset({"zh", "en"})
LANGUAGE_COOKIE = "county_language"


# Oneself


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> ResponseReturnValue:
    """Name and password. Whoever is signed in already goes on to their first page."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(frame.first_page(), 303)
    if form.validate_on_submit():
        person = services.find_person(
            form.login.data, form.password.data, address=request.remote_addr or ""
        )
        if person is not None:
            return _let_in(person, form.next.data or "")
        form.form_errors.append(_("Name and password do not belong together"))
    response = form_page("office/accounts/sign_in.html", form)
    response.headers["HX-Refresh"] = "true"  # a page whose session has ended is loaded again
    return response


def _let_in(person: Person, wanted: str) -> ResponseReturnValue:
    sessions.start(person)
    services.record_sign_in(person)
    db.session.commit()
    return redirect(_inside(frame.own_address(wanted)) or frame.first_page(), 303)


@bp.post("/sign-out")
@needs()
def sign_out() -> ResponseReturnValue:
    services.record_sign_out(me())
    db.session.commit()
    sessions.stop()
    flash(_("You have signed out"))
    return redirect(url_for(".sign_in"), 303)


@bp.get("/account")
@needs()
def account() -> str:
    """Show who one is here. The first page of people who have no role yet."""
    return render_template("office/accounts/account.html", person=me())


@bp.route("/password", methods=["GET", "POST"])
@needs()
def change_password() -> ResponseReturnValue:
    """Change one's own password. The first sign-in leads here and nowhere else."""
    form = PasswordForm()
    if form.validate_on_submit() and attempt(form, lambda: _change_password(form)):
        db.session.commit()
        sessions.renew()
        flash(_("The new password holds from now on. Other browsers have been signed out"))
        return redirect(frame.first_page(), 303)
    return form_page("office/accounts/password.html", form, forced=me().must_change_password)


def _change_password(form: PasswordForm) -> None:
    services.change_password(me(), form.old.data, form.new.data)


@bp.get("/language/<code>")
@open_to_all
def language(code: str) -> ResponseReturnValue:
    """Go back to where one was, in the other language."""
    if code not in LANGUAGES:
        raise Missing
    response = make_response(redirect(frame.page_before() or frame.first_page(), 303))
    response.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=YEAR,
        path=f"{request.script_root}/",
        httponly=True,
        samesite="Lax",
        secure=bool(current_settings().HTTPS),
    )
    return response


def _inside(address: str) -> str:
    """Return `address`, of a page of the office, as it stands under the office's own root."""
    return f"{request.script_root}{address}" if address else ""


# Units


@bp.get("/units")
@needs(Do.UNIT_MANAGE)
def units() -> str:
    """Show every unit in the county's order, with how many people it has."""
    return render_template(
        "office/accounts/units.html",
        units=directory.find_units(),
        people=directory.people_per_unit(),
    )


@bp.route("/units/new", methods=["GET", "POST"])
@needs(Do.UNIT_MANAGE)
def new_unit() -> ResponseReturnValue:
    form = UnitForm()
    if form.validate_on_submit() and attempt(
        form, lambda: directory.create_unit(form.draft(), by=me())
    ):
        db.session.commit()
        flash(_("The unit %(name)s was added", name=form.name.data))
        return redirect(url_for(".units"), 303)
    return form_page("office/accounts/unit.html", form, unit=None)


@bp.route("/units/<int:unit_id>", methods=["GET", "POST"])
@needs(Do.UNIT_MANAGE)
def edit_unit(unit_id: int) -> ResponseReturnValue:
    unit = fetch_row(Unit, unit_id)
    form = UnitForm.of(unit)
    if form.validate_on_submit() and attempt(
        form,
        lambda: directory.edit_unit(
            unit, form.draft(), seen_version=form.version.data or 0, by=me()
        ),
    ):
        db.session.commit()
        flash(_("Saved: %(name)s", name=unit.name))
        return redirect(url_for(".units"), 303)
    return form_page("office/accounts/unit.html", form, unit=unit)


# People


def _search() -> directory.PeopleSearch:
    """Whom the address of this page asks for. What makes no sense asks for nobody special."""
    typed, roles = request.args, {role.value for role in Role}
    return directory.PeopleSearch(
        words=typed.get("q", ""),
        unit_id=typed.get("unit", type=int),
        role=Role(typed["role"]) if typed.get("role") in roles else None,
        active={"open": True, "closed": False}.get(typed.get("account", "")),
    )


def _list(template: str) -> str:
    search = _search()
    return render_template(
        template,
        page=directory.find_people(search, request.args.get("page", 1, type=int)),
        search=search,
        units=directory.find_units(),
        roles=choices_of(Role),
    )


@bp.get("/people")
@needs(Do.PERSON_MANAGE)
def people() -> str:
    """Show everybody with an account, by unit, role and name."""
    return _list("office/accounts/people.html")


@bp.route("/people/new", methods=["GET", "POST"])
@needs(Do.PERSON_MANAGE)
def new_person() -> ResponseReturnValue:
    """Show a new account. Its first password is shown once, on the page that answers."""
    form = PersonForm.of(None, directory.find_units(active=True))
    made: list[tuple[Person, str]] = []
    if form.validate_on_submit() and attempt(
        form, lambda: made.append(directory.create_person(form.draft(), by=me()))
    ):
        db.session.commit()
        return _hand_over(*made[0])
    return form_page("office/accounts/person.html", form, person=None)


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@needs(Do.PERSON_MANAGE)
def edit_person(person_id: int) -> ResponseReturnValue:
    person = fetch_row(Person, person_id)
    form = PersonForm.of(person, directory.find_units(active=True))
    if form.validate_on_submit() and attempt(
        form,
        lambda: directory.edit_person(
            person, form.draft(), seen_version=form.version.data or 0, by=me()
        ),
    ):
        db.session.commit()
        flash(_("Saved: %(name)s", name=person.name))
        return redirect(url_for(".edit_person", person_id=person.id), 303)
    return form_page("office/accounts/person.html", form, person=person)


@bp.post("/people/<int:person_id>/close")
@needs(Do.PERSON_MANAGE)
def close_account(person_id: int) -> ResponseReturnValue:
    person = fetch_row(Person, person_id)
    directory.close_account(person, by=me())
    db.session.commit()
    flash(_("The account of %(name)s is closed", name=person.name))
    return redirect(url_for(".edit_person", person_id=person_id), 303)


@bp.post("/people/<int:person_id>/open")
@needs(Do.PERSON_MANAGE)
def open_account(person_id: int) -> ResponseReturnValue:
    person = fetch_row(Person, person_id)
    directory.open_account(person, by=me())
    db.session.commit()
    flash(_("The account of %(name)s is open again", name=person.name))
    return redirect(url_for(".edit_person", person_id=person_id), 303)


@bp.post("/people/<int:person_id>/reset")
@needs(Do.PERSON_MANAGE)
def reset_password(person_id: int) -> ResponseReturnValue:
    """Give a new first password, shown once, on the page that answers."""
    person = fetch_row(Person, person_id)
    password = directory.reset_password(person, by=me())
    db.session.commit()
    return _hand_over(person, password)


def _hand_over(person: Person, password: str) -> Response:
    """Answer with the one page that shows a password. No browser keeps it, nor does the session."""
    page = make_response(
        render_template("office/accounts/handed.html", person=person, password=password)
    )
    page.headers["Cache-Control"] = "no-store"
    return page


# Roles


@bp.get("/roles")
@needs(Do.ROLE_MANAGE)
def roles() -> str:
    """Show everybody with their roles."""
    return _list("office/accounts/roles.html")


@bp.route("/roles/<int:person_id>", methods=["GET", "POST"])
@needs(Do.ROLE_MANAGE)
def edit_roles(person_id: int) -> ResponseReturnValue:
    """Show the roles of somebody else. The password is asked for in the form."""
    person = fetch_row(Person, person_id)
    form = RolesForm(roles=sorted(person.roles), version=person.version)
    if (
        form.validate_on_submit()
        and attempt(form, lambda: _confirm(form), field="password")
        and attempt(form, lambda: _set_roles(person, form))
    ):
        db.session.commit()
        flash(_("The roles of %(name)s have changed", name=person.name))
        return redirect(url_for(".roles"), 303)
    return form_page("office/accounts/edit_roles.html", form, person=person)


def _confirm(form: RolesForm) -> None:
    services.require_password(me(), form.password.data)


def _set_roles(person: Person, form: RolesForm) -> None:
    directory.set_roles(person, form.chosen(), seen_version=form.version.data or 0, by=me())
