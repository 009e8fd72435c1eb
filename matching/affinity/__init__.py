"""What a need and an expert are worth to each other, and why: topics, words, modes, languages, readiness."""

from matching.affinity.scheme import Scheme, SchemeError, Topic, scheme

__all__ = ["Scheme", "SchemeError", "Topic", "scheme"]
