"""What rows keep of sentences about a term: codes with values, and their words."""
