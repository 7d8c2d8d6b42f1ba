"""How much work something is, told without asking how fast the machine is."""

import re
import time
from collections.abc import Callable

TEXT = "<p>政府信息公开 <b>条例</b></p>" * 500
TIMES = 80  # a tenth of a second, about


def effort(deed: Callable[[], object], seconds: Callable[[], float] = time.process_time) -> float:
    """How many times the work of a fixed piece of Python it is.

    Both are measured in seconds of a processor, one after the other: a machine that is slow, or
    busy with something else, is so for both. seconds: the clock that counts the deed's.
    """
    before = _yardstick()
    began = seconds()
    deed()
    spent = seconds() - began
    return spent / max(before, _yardstick())


def _yardstick() -> float:
    began = time.process_time()
    for _ in range(TIMES):
        words = re.findall(r"<[^>]*>|[^<]+", TEXT)
        sorted({word: words.count(word) for word in words[:50]})
    return time.process_time() - began
