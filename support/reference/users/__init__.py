"""The people research is done for: profiles that an administrator keeps."""
