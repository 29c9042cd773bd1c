"""Video on demand: intake of recordings, captioning, publishing to Cablecast."""
