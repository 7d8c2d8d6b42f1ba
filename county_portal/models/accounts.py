"""People, the units they belong to, the roles they hold, and their sessions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from county_portal.models.base import Base


class UnitKind(StrEnum):
    TOWNSHIP = "township"
    DEPARTMENT = "department"
    PUBLIC_BODY = "public_body"


class Role(StrEnum):
    LIAISON = "liaison"
    UNIT_LEADER = "unit_leader"
    EDITOR = "editor"
    CONFIDENTIALITY_OFFICER = "confidentiality_officer"
    ISSUER = "issuer"
    OFFICE_CLERK = "office_clerk"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"


class Branch(StrEnum):
    """The four kinds of people. Nobody belongs to two.

    Source: GB/T 22239-2019 (system, security and audit administration are separate).
    """

    EDITORIAL = "editorial"
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


ADMINISTRATIVE = {
    Role.SYSTEM_ADMINISTRATOR: Branch.SYSTEM,
    Role.SECURITY_ADMINISTRATOR: Branch.SECURITY,
    Role.AUDITOR: Branch.AUDIT,
}


def branch_of(role: Role) -> Branch:
    return ADMINISTRATIVE.get(role, Branch.EDITORIAL)


class Unit(Base):
    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[UnitKind]
    position: Mapped[int] = mapped_column(default=0)
    leader: Mapped[str] = mapped_column(default="")  # the responsible leader, as printed
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    office_hours: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime | None]  # None: before this was written down
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Person(Base):
    """Somebody who can sign in. What they may do stands in policy.py."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("id", "branch"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    branch: Mapped[Branch] = mapped_column(default=Branch.EDITORIAL)
    password_hash: Mapped[str] = mapped_column(default="")
    must_change_password: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
    role_rows: Mapped[list["PersonRole"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(row.role for row in self.role_rows)

    def has_any(self, roles: frozenset[Role]) -> bool:
        return not self.roles.isdisjoint(roles)

    # what Flask-Login asks of a person
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return str(self.id)


class PersonRole(Base):
    """One role of one person. The foreign key keeps all of them in one branch."""

    __tablename__ = "person_roles"
    __table_args__ = (
        ForeignKeyConstraint(["person_id", "branch"], ["people.id", "people.branch"]),
        CheckConstraint(
            "branch = CASE role WHEN 'system_administrator' THEN 'system'"
            " WHEN 'security_administrator' THEN 'security'"
            " WHEN 'auditor' THEN 'audit' ELSE 'editorial' END",
            name="branch_of_role",
        ),
    )

    person_id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    branch: Mapped[Branch]


class WebSession(Base):
    """One signed-in browser. The cookie holds a random id; here lies only its hash."""

    __tablename__ = "web_sessions"

    id_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    data: Mapped[str] = mapped_column(default="{}")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class WrongTry(Base):
    """A wrong password of late: for which account, and from where. Gone when it counts no more."""

    __tablename__ = "wrong_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(index=True)  # SHA-256 of the name that was typed
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
