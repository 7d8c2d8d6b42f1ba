"""Who may open a view: every view says it, or the application does not start."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, redirect, request, url_for
from flask_login import current_user

from county_portal.models import Person
from county_portal.office.rules.policy import RULES, Do, may_ever, require_role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """open: everybody, signed in or not. actions: any of them is enough; none: who is signed in."""

    open: bool = False
    actions: tuple[Do, ...] = ()

    @property
    def roles(self) -> list[str]:
        """The roles that may come in at all, by name; the thing itself is judged later."""
        return sorted({role.value for action in self.actions for role in RULES[action][0]})


def me() -> Person:
    """Return the person who is signed in. Only behind `needs`."""
    return cast(Person, current_user._get_current_object())


def needs(*actions: Do) -> Callable[[View], View]:
    """Admit only people who are signed in and whose roles allow one of `actions`."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return redirect(url_for("accounts.sign_in", next=_address()), 303)
            if me().must_change_password and request.endpoint not in STILL_OPEN:
                return redirect(url_for("accounts.change_password"), 303)
            _require_one(actions)
            return view(*args, **kwargs)

        guarded.access = Access(actions=actions)  # type: ignore[attr-defined]
        return cast(View, guarded)

    return mark


def open_to_all(view: View) -> View:
    """Admit everybody, signed in or not."""
    view.access = Access(open=True)  # type: ignore[attr-defined]
    return view


STILL_OPEN = frozenset({"accounts.change_password", "accounts.sign_out"})


def _require_one(actions: tuple[Do, ...]) -> None:
    if actions and not any(may_ever(me(), action) for action in actions):
        require_role(me(), actions[0])


def _address() -> str | None:
    """Return where the person wanted to go, if going there again is harmless."""
    return request.full_path.rstrip("?") if request.method == "GET" else None


def check_every_view(app: Flask) -> None:
    """Raise at start-up if some view was written without saying who may open it."""
    app.view_functions["static"] = open_to_all(app.view_functions["static"])
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]
    if silent:
        raise RuntimeError(f"No @needs or @open_to_all on: {', '.join(sorted(silent))}")


def access_table(site: str, app: Flask) -> list[dict[str, str]]:
    """Return every address of the application with its methods and who may, sorted by address.

    The office has no view without a mark (see `check_every_view`); the public site knows no
    people, so its views carry none and are for everybody.
    """
    rows = []
    for rule in app.url_map.iter_rules():
        access: Access = getattr(app.view_functions[rule.endpoint], "access", Access(open=True))
        rows.append(
            {
                "site": site,
                "path": rule.rule,
                "endpoint": rule.endpoint,
                "methods": " ".join(sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})),
                "who": "everybody" if access.open else (", ".join(access.roles) or "signed in"),
            }
        )
    return sorted(rows, key=lambda row: (row["path"], row["methods"]))
