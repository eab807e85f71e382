"""Background: figures about Arabic news in general, so that a few labelled stories go a long way.

``python -m training.background`` computes it from public corpora, ``learn`` uses it; it holds no text.
"""

from __future__ import annotations

from training.background.blend import Blend
from training.background.values import Background, Vocabulary, load_background

__all__ = ["Background", "Blend", "Vocabulary", "load_background"]
