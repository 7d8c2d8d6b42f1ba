"""Papers set side by side: each in its order, and a press that died once is no text's fault."""

import pytest

from county_portal.core.errors import Refused
from county_portal.papers.deposits.thread_pool import side_by_side

pytestmark = pytest.mark.usefixtures("app")


def test_each_comes_with_its_paper_in_order():
    tasks = [(n, lambda n=n: bytes([n])) for n in range(5)]
    assert [(n, work.result()) for n, work in side_by_side(tasks, lambda _done: None)] == [
        (n, bytes([n])) for n in range(5)
    ]


def test_what_was_refused_once_is_tried_again_and_what_is_refused_twice_is_refused():
    tries = {"once": 0, "twice": 0}

    def refused(name, times):
        def work():
            tries[name] += 1
            if tries[name] <= times:
                raise Refused("The press process died")
            return b"paper"

        return work

    tasks = [("once", refused("once", 1)), ("twice", refused("twice", 2))]
    done = dict(side_by_side(tasks, lambda _done: None))
    assert done["once"].result() == b"paper"
    with pytest.raises(Refused, match="died"):
        done["twice"].result()
    assert tries == {"once": 2, "twice": 2}
