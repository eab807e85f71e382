"""Text to TF-IDF features: the fold tables, a plain-Python reference, and the same in machine code.

``orthography`` says which letters are the same letter, ``stems`` which affixes may go, ``space`` holds a fitted
vocabulary; ``reference`` and ``kernel`` turn text into features of that space, one readably and one fast.
"""
