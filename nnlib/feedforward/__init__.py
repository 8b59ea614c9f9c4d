"""Step 1, feedforward networks: layers in a row, every input read by every unit.

    from nnlib.feedforward.mlp import MLP          # the spine of the step
    from nnlib.feedforward.kan import KAN          # learned functions on the edges
    from nnlib.feedforward.tabnet import TabNet    # chooses its features row by row

Networks make logits; the loss interprets them.
"""

from nnlib.catalog import Entry, Paper

_TESTS = "tests/feedforward"

ENTRIES = [
    Entry(
        key="mlp",
        name="MLP",
        family="Feedforward",
        step=1,
        where="nnlib.feedforward.mlp:MLP",
        page="steps/01_feedforward",
        paper=Paper("Rumelhart, Hinton & Williams", 1986, "doi 10.1038/323533a0"),
        idea="Stack weighted sums, with a bend after each.",
        bias="Smooth functions in which any input may matter together with any other; "
        "no order, no neighbourhood, no preferred axis.",
        time="O(B · (nD + LD² + DK))",
        memory="O(nD + LD² + DK + B(n + LD + K))",
        linear_in="B",
        claims={
            "a rotation of the inputs can be undone by the first layer; from a start that is "
            "rotated along, gradient descent trains a rotated copy": f"{_TESTS}/test_mlp.py::"
            "test_gradient_descent_does_not_see_a_rotation_and_adam_does",
        },
    ),
    Entry(
        key="kan",
        name="KAN",
        family="Feedforward",
        step=1,
        where="nnlib.feedforward.kan:KAN",
        page="steps/01_feedforward/kan",
        paper=Paper("Liu et al.", 2024, "arXiv 2404.19756"),
        idea="Put a learned function on every edge, and let the units only add.",
        bias="Sums of smooth functions of single inputs, composed; bound to the axes.",
        time="O(B · n(m + k)(G + k))",
        memory="O(nm(G + k) + B · nk(G + k))",
        linear_in="B",
        claims={
            "refining the grid keeps the function": f"{_TESTS}/test_kan.py::"
            "test_refining_keeps_the_function",
        },
    ),
    Entry(
        key="tabnet",
        name="TabNet",
        family="Feedforward",
        step=1,
        where="nnlib.feedforward.tabnet:TabNet",
        page="steps/01_feedforward/tabnet",
        paper=Paper("Arık & Pfister", 2019, "arXiv 1908.07442"),
        idea="Choose a few features for each row, in several steps, by a sparse mask.",
        bias="Few features decide a row, and which ones depends on the row; bound to the axes.",
        time="O(B · (S(nD + D²) + DK))",
        memory="O(S(nD + D²) + DK + B · S(n + D))",
        linear_in="B",
        claims={
            "each mask is at least 0 and sums to 1, with exact zeros": f"{_TESTS}/test_tabnet.py::"
            "test_masks_are_sparse_and_sum_to_one",
        },
    ),
]
