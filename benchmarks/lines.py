"""Count lines of code: `python -m benchmarks.lines [REVISION]`, by wing, beside a git revision.

A line counts if it holds code: blank lines, comments and docstrings do not, nor does the
demonstration county.
"""

import ast
import io
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "county_portal"
LEFT_OUT = "county_portal/demo/"
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Return on how many lines of a module there is code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(ast.parse(source)))


def docstring_lines(module: ast.Module) -> set[int]:
    """Return the lines of docstrings and of strings that stand alone."""
    lines: set[int] = set()
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def here() -> Iterator[tuple[str, str]]:
    """Yield path and source of each module of the work tree."""
    for path in (ROOT / PACKAGE).rglob("*.py"):
        yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def at(revision: str) -> Iterator[tuple[str, str]]:
    """Yield path and source of each module of a git revision."""
    names = git("ls-tree", "-r", "--name-only", revision, f"{PACKAGE}/").splitlines()
    for name in names:
        if name.endswith(".py"):
            yield name, git("show", f"{revision}:{name}")


def git(*words: str) -> str:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def by_wing(modules: Iterator[tuple[str, str]]) -> Counter[str]:
    """Return the lines of code of each folder right under the package."""
    lines: Counter[str] = Counter()
    for name, source in modules:
        if not name.startswith(LEFT_OUT):
            first = name.split("/")[1]
            lines["." if first.endswith(".py") else first] += code_lines(source)
    return lines


def main() -> None:
    """Print lines by wing; with a revision, its lines beside them."""
    now = by_wing(here())
    was = by_wing(at(sys.argv[1])) if len(sys.argv) > 1 else None
    for wing in sorted(now | (was or now)):
        print(f"{wing:<12}{now[wing]:>7}" + (f"{was[wing]:>8}" if was is not None else ""))
    total = "" if was is None else f"{was.total():>8}  {now.total() - was.total():+d}"
    print(f"{'all':<12}{now.total():>7}{total}")


if __name__ == "__main__":
    main()
