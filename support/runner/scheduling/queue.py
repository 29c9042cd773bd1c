"""The bundles that wait for a worker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from support.runner.scheduling.locks import Locks, next_free


class BundleQueue:
    """Bundles of scenario numbers in the order of dispatch; `locks_of` returns the locks that a bundle needs."""

    def __init__(self, bundles: Sequence[list[int]], locks_of: Callable[[Sequence[int]], Locks]) -> None:
        self._bundles = [(bundle, locks_of(bundle)) for bundle in bundles]
        self._locks_of = locks_of

    def __len__(self) -> int:
        return len(self._bundles)

    def take(self, held: Collection[Locks]) -> tuple[list[int], Locks] | None:
        """Remove and return the first bundle that may start beside bundles with these locks, and its own locks."""
        position = next_free([locks for _, locks in self._bundles], held)
        return None if position is None else self._bundles.pop(position)

    def put_back(self, bundle: list[int]) -> None:
        """Insert a bundle, or the rest of one, at the front."""
        self._bundles.insert(0, (bundle, self._locks_of(bundle)))

    def clear(self) -> None:
        """Remove all bundles."""
        self._bundles.clear()
