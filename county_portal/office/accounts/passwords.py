"""Passwords: how they are kept, compared and judged.

Argon2id at about 25 ms (19 MiB, two passes): dear enough for thieves, cheap
enough for two hundred people who sign in at nine.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from county_portal.core.errors import Refused
from county_portal.models import Person

SHORTEST = 10  # characters
LONGEST = 128  # characters
JUDGED = 72  # characters: what the estimate of strength looks at
STRONG_ENOUGH = 3  # of 4
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
NOBODYS = HASHER.hash(secrets.token_hex(16))  # compared with when there is no such person

# Words that people here reach for first: pinyin, the trade, keys that lie side by side.
LOCAL_WORDS = """
    mima woaini woaizhongguo zhongguo beijing xianzhengfu zhengfu bangongshi xinxi xinxiyuan
    guanliyuan guanli baomi shencha bianji zhengwu gongkai xinxigongkai wangzhan renmin
    renminzhengfu xianwei xiangzhen shuiliju nongyeju jiaoyuju qinghe qinghexian chunjie
    guoqing nihao xiexie laoshi lingdao zhuren juzhang xianzhang kaoshi shouji dianhua
    wang zhang chen yang huang zhao zhou county portal office admin administrator
    qwerty asdfgh zxcvbn 1qaz2wsx 5201314 1314520 888888 666666
"""


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def matches(hashed: str, password: str) -> bool:
    """Tell whether they belong together.

    Takes as long for an empty hash as for a wrong password.
    """
    try:
        return HASHER.verify(hashed or NOBODYS, password[:LONGEST]) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False


def one_time_password() -> str:
    """Something to hand over on paper: easy to read aloud, used once."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def require_strong(password: str, person: Person) -> None:
    """Raise Refused, saying what is wrong, for a password that is guessed in no time."""
    if len(password) < SHORTEST:
        raise Refused("Use at least %(least)s characters", least=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("Use at most %(most)s characters", most=LONGEST)
    if password.isascii() and password.isdigit():
        raise Refused("Do not use digits only")
    about = [person.login, person.name, person.unit.name, person.unit.code, person.unit.phone]
    judged = zxcvbn(password[:JUDGED], user_inputs=[*LOCAL_WORDS.split(), *filter(None, about)])
    if judged["score"] < STRONG_ENOUGH:
        raise Refused(
            "This password is easy to guess. Take three or four words that have nothing to do"
            " with each other, and leave out names, years and your unit"
        )
