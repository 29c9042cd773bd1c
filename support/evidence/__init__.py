"""What a run leaves behind: the recorded exchanges, masked, as Allure results; support/report makes a page of them."""
