"""From what a run left to what somebody decides from: the verdict, the summary, the history and the page."""
