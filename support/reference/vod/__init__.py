"""Video on demand: taking recordings in, captioning them, publishing them to Cablecast."""
