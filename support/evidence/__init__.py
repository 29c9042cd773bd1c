"""What a run leaves behind: the recorded exchanges, masked, as Allure results and as one report page."""
