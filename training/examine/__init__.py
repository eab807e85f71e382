"""A closer look at a model that was measured: where it fails, why, and what the corpus may have wrong.

``training.fit`` and ``training.evaluate --report`` call it after ``training.evaluation``; ``training.report`` shows
what it finds.
"""

from training.examine.examine import Subject, examine
from training.examine.rival import Rival, compare, read_rival

__all__ = ["Rival", "Subject", "compare", "examine", "read_rival"]
