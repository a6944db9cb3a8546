"""What Optuna's samplers and its pruner come to: python sweeps.py > sweeps.golden.json

Best values of its multivariate TPE and of its random sampler on functions that are usual for such comparisons, and what its
pruner by successive halving decides for curves that a seed draws.
"""

import json
import math
import random
import sys

import optuna

BUDGET = 60
SEEDS = range(30)

A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def sphere(x):
    return sum(v * v for v in x)


def branin(x):
    a, b = x
    b_, c, t = 5.1 / (4 * math.pi**2), 5 / math.pi, 1 / (8 * math.pi)
    return (b - b_ * a * a + c * a - 6) ** 2 + 10 * (1 - t) * math.cos(a) + 10


def hartmann6(x):
    alpha = [1.0, 1.2, 3.0, 3.2]
    return -sum(w * math.exp(-sum(k * (v - p) ** 2 for k, v, p in zip(ks, x, ps))) for w, ks, ps in zip(alpha, A, P))


FUNCTIONS = {
    "sphere": (sphere, [(-5, 5)] * 3),
    "branin": (branin, [(-5, 10), (0, 15)]),
    "hartmann6": (hartmann6, [(0, 1)] * 6),
}


def best(sampler, function, bounds):
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda t: function([t.suggest_float(f"x{i}", *b) for i, b in enumerate(bounds)]), n_trials=BUDGET)
    return study.best_value


def curves(seed):
    """Eight epochs of thirty runs, of which each becomes worse or better than others for good or for a while."""
    draw = random.Random(seed)
    return [
        [round(q * (1 - 0.7**e) + draw.gauss(0, 0.02), 6) for e in range(1, 10)]
        for q in (draw.random() for _ in range(30))
    ]


def pruned(runs, factor):
    """After how many epochs each run is stopped, one run after the other; null for one that goes to its end."""
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=factor)
    study = optuna.create_study(direction="maximize", pruner=pruner)
    ends = []
    for run in runs:
        trial = study.ask()
        end = None
        for epoch, value in enumerate(run, start=1):
            trial.report(value, epoch)
            if trial.should_prune():
                end = epoch
                break
        study.tell(trial, run[-1] if end is None else None, state=optuna.trial.TrialState.COMPLETE if end is None else optuna.trial.TrialState.PRUNED)
        ends.append(end)
    return ends


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = {
        "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
        "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    }
    values = {
        name: {kind: [round(best(make(seed), f, bounds), 6) for seed in SEEDS] for kind, make in samplers.items()}
        for name, (f, bounds) in FUNCTIONS.items()
    }
    halving = [
        {"factor": factor, "curves": runs, "ends": pruned(runs, factor)}
        for factor, seed in ((2, 1), (3, 2), (4, 3))
        for runs in [curves(seed)]
    ]
    json.dump({"optuna": optuna.__version__, "budget": BUDGET, "best": values, "halving": halving}, sys.stdout)
    print()


if __name__ == "__main__":
    import warnings

    warnings.filterwarnings("ignore")
    main()
