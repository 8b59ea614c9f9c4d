"""What stands in the sandbox in place of a module that an assignment leaves out."""

raise ImportError("this module is not there while this exercise is graded: write it yourself")
