"""What the verbs share: from a plan to a stored run, judged and published."""
