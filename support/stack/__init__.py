"""The embedded platform: servers and processes of one run, started, broken, mended and ended."""
