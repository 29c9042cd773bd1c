"""The report of a run: verdict, summary, history and the HTML page."""
