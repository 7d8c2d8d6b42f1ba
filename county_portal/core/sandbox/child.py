"""The inside of the sandbox: builds its own walls, does one task, says the answer, ends.

Started as a file of its own (see `sandbox`), so that nothing of the application is loaded but what
the task asks for: no settings, no database, no web.
"""

import ctypes
import importlib
import json
import os
import platform
import resource
import signal
import sys
import types
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[2]
CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
FS_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many of the lowest bits exist
READ, WRITE = 0b1101, 0b1_1111_1111_0010 | 1 << 14  # execute, read file, read folder; the others
FILE_ONLY = 0b111 | 1 << 14  # the rights that a single file can have
READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")
OPEN_FILES = 64

_libc = ctypes.CDLL(None, use_errno=True)
_stand: dict[str, bool] = {}


def build_walls(source: Path | None, target: Path | None) -> dict[str, object]:
    """Answer the task behind `sandbox.walls`: what this process has built."""
    return dict(_stand)


def main() -> None:
    """Read the order from standard input and write the answer to what was standard output."""
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    order = json.load(sys.stdin)
    _stand["limits"] = _limit(order["limits"])
    _stand["network"] = _leave_the_network()
    _stand["files"] = _fence_files(order["source"], order["target"])
    answer = json.dumps(_done(order), ensure_ascii=False).encode("utf-8", "replace")
    with os.fdopen(answers, "wb") as out:
        out.write(answer)


def _done(order: dict[str, Any]) -> dict[str, object]:
    _only_the_package()
    refused: Any = importlib.import_module("county_portal.core.errors").Refused
    module, _, function = order["task"].partition(":")
    paths = [Path(order[name]) if order[name] else None for name in ("source", "target")]
    try:
        task = getattr(importlib.import_module(module), function)
        return {"answer": task(*paths, **order["arguments"])}
    except refused as refusal:
        return {"refused": [type(refusal).__name__, refusal.message, refusal.params]}
    except (MemoryError, RecursionError):
        return _too_much()
    except OSError as fault:
        if fault.errno == 27:  # EFBIG
            return _too_much()
        raise


def _too_much() -> dict[str, object]:
    reason = "The file takes too long or too much memory to examine; make it smaller"
    return {"refused": ["TooMuch", reason, {}]}


def _only_the_package() -> None:
    """Register `county_portal` as a bare folder.

    Its start-up, with the whole application, is not run.
    """
    package = types.ModuleType("county_portal")
    package.__path__ = [str(PACKAGE)]
    sys.modules["county_portal"] = package
    sys.modules["county_portal.core.sandbox.child"] = sys.modules["__main__"]


# Walls


def _limit(limits: dict[str, int]) -> bool:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    return True


def _leave_the_network() -> bool:
    """Leave the machine's network. Tell whether this process stands in one of its own, empty."""
    for flags in (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC, CLONE_NEWNET):
        if _libc.unshare(flags) == 0:
            return True
    return False


def _fence_files(source: str | None, target: str | None) -> bool:
    """Fence files with Landlock.

    Tell whether only libraries, source, target and own folder are left.

    From its fourth version on Landlock also refuses TCP, whatever became of the network.
    """
    version = _landlock(LANDLOCK_CREATE, None, 0, 1)
    if version < 1 or platform.machine() not in {"x86_64", "aarch64"}:
        return False
    every = (1 << FS_RIGHTS_BY_VERSION.get(version, 16)) - 1
    rules = (ctypes.c_uint64 * 3)(every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    fence = _landlock(LANDLOCK_CREATE, ctypes.byref(rules), size, 0)
    if fence < 0:
        return False
    libraries = {*READABLE, sys.prefix, sys.base_prefix, str(PACKAGE)}
    for path in libraries | ({source} if source else set()):
        _allow(fence, path, READ & every)
    for path in {os.getcwd()} | ({target} if target else set()):
        _allow(fence, path, (READ | WRITE) & every)
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return _landlock(LANDLOCK_RESTRICT, fence, 0) == 0


def _allow(fence: int, path: str, rights: int) -> None:
    if not os.path.exists(path):
        return
    if not os.path.isdir(path):
        rights &= FILE_ONLY
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = rights.to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)
    _landlock(LANDLOCK_ADD, fence, 1, rule, 0)
    os.close(handle)


def _landlock(call: int, *arguments: Any) -> int:
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(_libc.syscall(ctypes.c_long(call), *wide))


if __name__ == "__main__":
    main()
