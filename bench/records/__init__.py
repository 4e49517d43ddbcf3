"""What was measured: the records that are stored, and what turns slices and reports into them."""
