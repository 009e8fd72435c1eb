"""Machine drafts of translations: by an engine that the operator has set, never in place of what a person wrote."""
