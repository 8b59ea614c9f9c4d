raise ImportError("not there while this exercise is graded: write it yourself")
