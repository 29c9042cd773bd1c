"""Worker processes, the transport that connects them to the runner, and their messages."""
