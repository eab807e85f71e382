"""The pages for people, in Arabic and in English: a story in, its labels shown; what the model knows; its card."""
