"""Selects workloads by an expression (`-k`) or by their tags, with the meaning that pytest gives to `-k`.

A word stands for all workloads that have it somewhere in their scenario's name, their variant's or a tag, in upper or
lower case; `and`, `or`, `not` and parentheses combine them, `not` before `and` before `or`.
"""

import re
from collections.abc import Callable, Sequence

from membench.harness.errors import UsageError
from membench.harness.model import Workload

Predicate = Callable[[Sequence[str]], bool]

DEEPEST = 50  # parentheses and `not` in each other; people write two
_TOKEN = re.compile(r"[()]|[^\s()]+")


def select(workloads: Sequence[Workload], expression: str | None, tags: Sequence[str]) -> list[Workload]:
    """Keep the workloads that an expression selects and that have one of the tags, where such are given.

    Raises:
        UsageError: the expression is none, or nothing is left.
    """
    wanted = parse_expression(expression) if expression is not None else lambda _: True
    kept = [
        workload
        for workload in workloads
        if wanted(_names(workload)) and (not tags or not set(tags).isdisjoint(workload.tags))
    ]
    if not kept:
        asked = " and ".join(
            [*([f"-k {expression!r}"] if expression is not None else []), *map("--tag {}".format, tags)]
        )
        known = ", ".join(sorted({tag for workload in workloads for tag in workload.tags}))
        raise UsageError(f"{asked} selects none of {len(workloads)} workloads." + (f" Tags: {known}." if known else ""))
    return kept


def parse_expression(text: str) -> Predicate:
    """Make a predicate over a workload's names of an expression.

    Raises:
        UsageError: it is none.
    """
    return _Parser(text).parse()


def _names(workload: Workload) -> tuple[str, ...]:
    return (workload.scenario, workload.variant, *workload.tags)


class _Parser:
    """Reads an expression from left to right, one function for each strength of binding."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = _TOKEN.findall(text)
        self._depth = 0

    def parse(self) -> Predicate:
        found = self._any()
        if self._tokens:
            raise self._error(f"{self._tokens[0]!r} where `and`, `or` or the end was wanted")
        return found

    def _any(self) -> Predicate:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return lambda names: any(part(names) for part in parts)

    def _all(self) -> Predicate:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return lambda names: all(part(names) for part in parts)

    def _one(self) -> Predicate:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"more than {DEEPEST} levels")
        found = self._negated() if self._take("not") else self._group() if self._take("(") else self._word()
        self._depth -= 1
        return found

    def _negated(self) -> Predicate:
        inner = self._one()
        return lambda names: not inner(names)

    def _group(self) -> Predicate:
        inner = self._any()
        if not self._take(")"):
            raise self._error("a parenthesis is left open")
        return inner

    def _word(self) -> Predicate:
        if not self._tokens or self._tokens[0] in {"and", "or", ")"}:
            found = repr(self._tokens[0]) if self._tokens else "the end"
            raise self._error(f"{found} where a word was wanted")
        word = self._tokens.pop(0).lower()
        return lambda names: any(word in name.lower() for name in names)

    def _take(self, token: str) -> bool:
        if not self._tokens or self._tokens[0] != token:
            return False
        self._tokens.pop(0)
        return True

    def _error(self, message: str) -> UsageError:
        return UsageError(f"-k {self._text!r}: {message}. Write words with and, or, not and parentheses.")
