"""Lessons for vision-language models: what a run asks them, with the answers that people gave."""
