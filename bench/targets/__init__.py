"""What is measured: the contestants, the contract they keep, and how a user names one."""
