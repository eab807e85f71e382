"""How a model is learned: corpora in, artifact and report out. Needs scikit-learn; never imports ``service``."""
