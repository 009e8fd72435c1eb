"""The life of a plan: asked for, solved in a separate process, stored, published. Its pages are in `server.studio`."""
