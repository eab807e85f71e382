"""What a label is: pages, features, taxonomy, classifier and artifact. Imports neither ``service`` nor ``training``."""
