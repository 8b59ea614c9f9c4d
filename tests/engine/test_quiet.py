"""The engine computes with inf and nan in silence, and leaves NumPy's warnings to everyone else.

Warnings are errors in these tests, so a single one fails them.
"""

import subprocess
import sys

import numpy as np
import pytest

import nnlib.engine as torch

COMPUTATIONS = {
    "log of 0": lambda x: x.log(),
    "1 / 0": lambda x: 1 / x,
    "0 / 0": lambda x: x / x,
    "overflow": lambda x: (x + 1e38) * 10,
    "√ of a negative": lambda x: (x - 1).sqrt(),
    "saturated sigmoid": lambda x: (x - 1000).sigmoid(),
    "only -inf": lambda x: (x + float("-inf")).logsumexp(0),
}


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_forward_and_backward_are_silent(name):
    x = torch.zeros(2, requires_grad=True)
    COMPUTATIONS[name](x).sum().backward()
    assert x.grad.shape == (2,)


def test_what_is_no_operation_is_silent_too():
    assert torch.tensor(1e300).item() == float("inf")
    assert "inf" in repr(torch.tensor([3e38, float("inf")]))
    x = torch.zeros(1, dtype=torch.int64)
    x[0] = torch.tensor(float("nan"))
    x.copy_(torch.tensor([float("inf")]))
    p = torch.ones(1, requires_grad=True)
    p.grad = torch.tensor([3e38])
    torch.optim.Adam([p], lr=1e30).step()


def test_numpy_warns_as_it_did_before_the_engine_was_imported():
    code = (
        "import numpy as n; before = n.geterr(); import nnlib.engine; assert before == n.geterr()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(np.zeros(1))
    torch.zeros(1).log()
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(np.zeros(1))
