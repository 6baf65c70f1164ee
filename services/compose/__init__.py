"""What runs in the containers of the two Compose stacks, and how one sees that it works."""
