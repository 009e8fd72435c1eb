"""Search people and needs by a name in any script, a topic or word in any language, with typos."""
