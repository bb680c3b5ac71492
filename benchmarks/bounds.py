"""How far a share that was counted may be from the true one."""

from __future__ import annotations

import math
from collections.abc import Callable


def clopper_pearson(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact bounds of the share behind `hits` of `n`; with no hit the upper one is about 3.7 / n."""
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"{hits} of {n} is no share")
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else _root(lambda p: 1 - _at_most(hits - 1, n, p), tail)
    high = 1.0 if hits == n else 1 - _root(lambda q: _at_most(hits, n, 1 - q), tail)
    return low, high


def _at_most(hits: int, n: int, p: float) -> float:
    """Probability of that many hits or fewer."""
    if p in (0.0, 1.0):
        return float(p == 0.0 or hits == n)
    logs = (
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + k * math.log(p) + (n - k) * math.log1p(-p)
        for k in range(hits + 1)
    )  # fmt: skip
    return math.fsum(math.exp(log) for log in logs)


def _root(rising: Callable[[float], float], wanted: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2
