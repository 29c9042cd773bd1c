"""Vectors of texts: equal texts have equal vectors, related texts have similar ones.

Each word, and each three letters of it, is hashed to one of 384 dimensions. Complete words count most; their parts let
"growing" find "growth". No model is loaded, and nothing depends on the machine or the process.
"""

from __future__ import annotations

import hashlib
import math
import re
from functools import lru_cache

DIMENSIONS = 384

# Longer words are divided, so that no text fills the cache of features.
_WORD = re.compile(r"\w{1,64}")
_WORD_WEIGHT = 1.0
_PART_WEIGHT = 0.35
# They are in every text and do not describe it.
_EMPTY_WORDS = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or", "that")
)


def embed(text: str) -> list[float]:
    """Return the vector of a text, of length 1. A text without words is read letter by letter."""
    words = _WORD.findall(text.casefold())
    relevant = [word for word in words if word not in _EMPTY_WORDS] or words or list(text)
    vector = [0.0] * DIMENSIONS
    for word in relevant:
        for place, weight in _features(word):
            vector[place] += weight
    length = math.hypot(*vector)
    return [value / length for value in vector]


@lru_cache(maxsize=4_096)
def _features(word: str) -> tuple[tuple[int, float], ...]:
    padded = f"<{word}>"
    parts = [padded[start : start + 3] for start in range(len(padded) - 2)]
    share = _PART_WEIGHT / math.sqrt(len(parts)) if parts else 0.0
    return ((_place(f"word {word}"), _WORD_WEIGHT), *((_place(f"part {part}"), share) for part in parts))


def _place(feature: str) -> int:
    return (
        int.from_bytes(hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=4).digest()) % DIMENSIONS
    )
