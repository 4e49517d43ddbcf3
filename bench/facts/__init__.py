"""What a run says of itself: values, controls, notices, where its code came from."""
