"""What a need and an expert are worth to each other: asked of `matching.affinity`, kept, corrected, explained."""
