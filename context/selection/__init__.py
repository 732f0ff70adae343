"""What a completion at the cursor should know of the repository, within a budget."""
