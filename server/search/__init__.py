"""Finding people and needs by what somebody types: a name in any script, a topic or a word in any language, a typo."""
