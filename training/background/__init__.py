"""Background: figures about Arabic news in general, so that a few labelled stories go a long way.

``python -m training.background`` computes it from public corpora, ``learn`` uses it; it holds no text. Nothing is
imported here: ``--help`` is to be quick.
"""
