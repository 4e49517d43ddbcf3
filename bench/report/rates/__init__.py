"""What is shown of rates: the columns of their table, what failed, and several servers in one."""
