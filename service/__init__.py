"""How Tabwib is asked: HTTP in front of ``model``; nothing here learns, and nothing here computes with numbers."""
