"""Side by side with scikit-learn's own pipeline and fastText: how fast, how big, how right.

``python -m benchmarks`` runs them; nothing else of the project imports them. No test is timed: machines differ, so
speed is given as a ratio to a peer that ran in between on the same machine.
"""
