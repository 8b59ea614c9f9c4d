"""Which model is best on a table, when each gets the same budget of tuning? And why?

Three tables in four conditions, five models. In each of these cells, `BUDGET` settings are drawn
for the model from its `SPACES` (the first takes the first of every list), each is trained once on
the split of seed 0, and the one with the lowest validation loss is trained again on the splits of
`SEEDS`, each with a new start. The table keeps every run: those of the search (stage "search"),
and the ones to be compared (stage "final").

Splits: 20 % test, 20 % validation, and `ROWS` of the others for training. Features are standardized
by the training part, for every model alike. Networks and trees stop when the validation loss has
not fallen for a while and keep their best state ("epochs" says which; for trees it counts rounds,
for the logistic regression steps of its solver), so the validation columns are a little too good.
The splits of `SEEDS` overlap with the one that was searched on, for every model alike.
"seconds" are those of one core, with everything from the split to the scores.
"""

import time
from dataclasses import replace
from itertools import islice

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from nnlib import data, tables
from nnlib.backend import F, torch
from nnlib.feedforward.kan import KAN
from nnlib.feedforward.mlp import MLP
from nnlib.feedforward.tabnet import TabNet
from nnlib.train import Guards, fit

TABLES = ("spambase", "satellite", "wine_quality")
CONDITIONS = ("as it is", "rotated", "irrelevant", "ranks")
SEEDS = (1, 2, 3, 4, 5)
BUDGET = 6
ROWS = 2000
EPOCHS, PATIENCE, BATCH = 40, 6, 200
RATES = [0.003, 0.001, 0.002, 0.005, 0.01, 0.02]

# The default first.
SPACES = {
    "MLP": {
        "hidden": [[64, 64], [128], [128, 128], [256, 256], [64, 64, 64, 64]],
        "dropout": [0.0, 0.1, 0.3, 0.5],
        "rate": RATES,
        "decay": [0.0001, 0.01, 0.1, 1.0],
    },
    "KAN": {
        "hidden": [[8], [], [4], [16]],
        "grid": [5, 3, 8],
        "uniform": [0.02, 0.5, 1.0],
        "rate": RATES,
        "decay": [0.0001, 0.01, 0.1, 1.0],
    },
    "TabNet": {
        "width": [16, 8, 32],
        "steps": [3, 2, 4],
        "relaxation": [1.3, 1.0, 2.0],
        "sparsity": [0.001, 0.0, 0.01],
        "momentum": [0.02, 0.1, 0.3],
        "rate": [0.02, 0.005, 0.01, 0.05],
    },
    "trees": {
        "learning_rate": [0.1, 0.02, 0.05, 0.2],
        "max_leaf_nodes": [31, 4, 8, 16],
        "min_samples_leaf": [20, 5, 10, 40],
        "l2_regularization": [0.0, 1.0, 10.0],
        "max_features": [1.0, 0.3, 0.6],
    },
    "logistic": {"C": [1.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 3.0, 10.0, 30.0]},
}


def settings(model, budget=BUDGET, seed=0):
    """So many different settings of a model, the default first."""
    space, rng = SPACES[model], np.random.default_rng(seed)
    drawn = [{name: choices[0] for name, choices in space.items()}]
    while len(drawn) < budget:
        new = {name: choices[rng.integers(len(choices))] for name, choices in space.items()}
        drawn += [new] if new not in drawn else []
    return drawn


# ── the tables ───────────────────────────────────────────────────────────────────────


def parts(table, condition, seed):
    """Train, validation and test part in one of the four conditions, standardized."""
    d, rng = getattr(tables, table)(), np.random.default_rng([seed, 1])
    if condition == "irrelevant":  # each column once more, in an order of its own
        noise = np.column_stack([rng.permutation(column) for column in d.X.T])
        d = replace(d, X=np.column_stack([d.X, noise]), units=d.units * 2)
    train, validation, test = d.split(seed=seed, validation=0.2)
    all_three = train.take(slice(ROWS)), validation, test  # rows of a split come in random order
    if condition == "ranks":
        all_three = normal_scores(*all_three)
    all_three = data.standardize(*all_three)
    if condition == "rotated":
        turn = rotation(d.X.shape[1], rng)
        all_three = [replace(part, X=part.X @ turn) for part in all_three]
    return all_three


def rotation(n, rng):
    """An (n, n) orthogonal matrix, drawn evenly."""
    Q, R = np.linalg.qr(rng.standard_normal((n, n)))
    return (Q * np.sign(np.diag(R))).astype(np.float32)


def normal_scores(train, *others):
    """Each feature by its rank in the training part, as the quantile of a normal distribution."""
    columns = []
    for column in train.X.T:
        values, first = np.unique(column, return_index=True)
        ranks = rankdata(column)[first]  # ties share their mean rank
        columns.append((values, ndtri((ranks - 0.5) / len(column))))

    def score(X):
        return np.column_stack([np.interp(X[:, i], *columns[i]) for i in range(X.shape[1])])

    return [replace(part, X=score(part.X)) for part in (train, *others)]


# ── the models ───────────────────────────────────────────────────────────────────────


def network(model, train, validation, given):
    """Train one of the three networks; the function from X to probabilities, and its best epoch."""
    given, n, classes = dict(given), train.X.shape[1], len(train.target_names)
    rate, decay = given.pop("rate"), given.pop("decay", 0.0001)
    loss = None
    if model == "MLP":
        net = MLP(n, classes, **given)
    elif model == "KAN":
        uniform = given.pop("uniform")
        net = KAN([n, *given.pop("hidden"), classes], **given)
        net.update_grid(torch.as_tensor(train.X), uniform)
    else:
        sparsity = given.pop("sparsity")
        net = TabNet(n, classes, **given)

        def loss(logits, y):
            return F.cross_entropy(logits, y) + sparsity * net.sparsity

    history = fit(
        net, train, validation=validation, epochs=EPOCHS, batch_size=BATCH, loss=loss,
        optimizer=lambda p: torch.optim.AdamW(p, lr=rate, weight_decay=decay),
        guards=Guards(clip=1.0, patience=PATIENCE), progress=False,
    )  # fmt: skip

    def probabilities(X):
        with torch.no_grad():
            return torch.softmax(net(torch.as_tensor(X)), 1).numpy()

    return probabilities, history.best_epoch


def trees(train, validation, given, seed):
    model = HistGradientBoostingClassifier(
        max_iter=400, early_stopping=True, n_iter_no_change=20, random_state=seed, **given
    )
    model.fit(train.X, train.y, X_val=validation.X, y_val=validation.y)
    best = max(1, int(np.argmax(model.validation_score_)))  # the first is that of no trees
    return lambda X: next(islice(model.staged_predict_proba(X), best - 1, None)), best


def logistic(train, given):
    model = LogisticRegression(max_iter=2000, **given).fit(train.X, train.y)
    return model.predict_proba, int(model.n_iter_[0])


def run(table, condition, model, seed, given, stage="final"):
    """Train once; the row of the table."""
    began = time.process_time()
    with threadpool_limits(1):
        torch.manual_seed(seed)
        train, validation, test = parts(table, condition, seed)
        if model == "trees":
            probabilities, epochs = trees(train, validation, given, seed)
        elif model == "logistic":
            probabilities, epochs = logistic(train, given)
        else:
            probabilities, epochs = network(model, train, validation, given)
        scores = {}
        for name, part in (("validation", validation), ("test", test)):
            p = probabilities(part.X)
            scores[f"{name} loss"] = round(float(log_loss(part.y, p)), 4)
            scores[name] = round(float((p.argmax(1) == part.y).mean()), 4)
    cell = {"table": table, "condition": condition, "model": model, "stage": stage, "seed": seed}
    seconds = round(time.process_time() - began, 2)
    return {**cell, "settings": given, **scores, "epochs": epochs, "seconds": seconds}


def rows():
    for table in TABLES:
        for condition in CONDITIONS:
            for model in SPACES:
                tried = [
                    run(table, condition, model, 0, given, "search") for given in settings(model)
                ]
                yield from tried
                best = min(tried, key=lambda row: row["validation loss"])["settings"]
                for seed in SEEDS:
                    yield run(table, condition, model, seed, best)


def again(row):
    """The run of a recorded row, made again."""
    keys = ("table", "condition", "model", "seed", "settings", "stage")
    return run(*(row[key] for key in keys))
