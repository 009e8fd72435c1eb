"""The life of a plan: asked for, solved beside the web, kept, published. Its pages are in `server.studio`."""
