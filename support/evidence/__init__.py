"""Evidence: recorded exchanges, masked and rendered as attachments of Allure results."""
