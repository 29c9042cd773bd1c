"""VODs: registering, captioning, publishing, live updates, and their files."""
