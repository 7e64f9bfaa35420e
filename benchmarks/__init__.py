"""What Kervan promises about speed and size, measured side by side with the peers."""
