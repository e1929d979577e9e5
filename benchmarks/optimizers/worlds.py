"""Simulated worlds: LM programs and a proposing LM whose truth is known exactly.

A program is one text per module. A line of it is a true rule (`r7`), clutter (`c3`) or
a memorised fact about one sample (`f train:12`). Every draw is a hash of (world,
candidate, sample, draw), so that nothing depends on order, time or concurrency.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from synalinks._internal.rng import stream
from synalinks.contracts import (
    CallRecord,
    Candidate,
    ProgramBrief,
    Rollout,
    Usage,
    VariableBrief,
)

SCHEMA = {
    "type": "object",
    "properties": {"instructions": {"type": "string"}},
    "required": ["instructions"],
}


@dataclass(frozen=True, kw_only=True)
class Family:
    """The constants of a kind of world."""

    name: str
    n_modules: int = 1
    n_rules: int = 24
    """Rules per module."""
    needed: tuple[int, int] = (2, 5)
    """How many rules a sample needs, over all modules."""
    popularity: float = 1.0
    """Exponent of Zipf's law: how much more often the first rules are needed."""
    cap: tuple[float, float] = (0.6, 1.0)
    """Chance of success of a sample with all its rules."""
    miss: float = 0.62
    """Factor per missing rule."""
    n_clutter: int = 40
    harmful: float = 0.12
    """Share of samples that a line of clutter hurts."""
    harm: float = 0.6
    """Factor per line of clutter that hurts."""
    dilution: float = 0.004
    """Loss per line beyond the first ten of a module."""
    n_conflicts: int = 0
    """Pairs of rules that get in each other's way unless a third one is there."""
    conflict: float = 0.5
    graded_noise: float | None = None
    """Standard deviation of graded scores; None for right or wrong."""
    named: float = 0.6
    """Chance that feedback on a failed sample names a missing rule."""
    named_harm: float = 0.4
    """Chance that it names a line that hurts."""
    adds: float = 0.7
    """Chance that the proposer adds a rule it was told of."""
    garbles: float = 0.15
    """Chance that it writes clutter in place of it."""
    memorises: float = 0.15
    """Chance that it notes a fact about a failed sample."""
    forgets: float = 0.03
    """Chance that it loses a line."""
    chatters: float = 0.5
    """Chance that it adds a line of clutter."""
    overload: float = 0.0
    """Loss of attention per record beyond the fourth."""
    n_edits: int = 4
    """Most lines that it adds to a module at once."""
    demo: float = 0.4
    """How much of a missing rule an example makes up for that needs it too."""
    n_train: int = 120
    n_validation: int = 120
    n_test: int = 400


DEVELOPMENT = (
    Family(name="one module"),
    Family(name="three modules", n_modules=3, n_rules=12, needed=(3, 6), miss=0.7),
    Family(name="weak feedback", named=0.2, named_harm=0.1, garbles=0.25),
    Family(name="conflicting rules", n_conflicts=6, n_rules=20),
    Family(name="noisy graded", graded_noise=0.35, named=0.5),
    Family(name="overloaded proposer", overload=0.06, forgets=0.05, garbles=0.2),
    Family(
        name="two modules, long tail",
        n_modules=2,
        n_rules=30,
        popularity=0.6,
        miss=0.65,
    ),
    Family(name="small data", n_train=45, n_validation=45, memorises=0.35, n_rules=18),
    Family(name="harmful clutter", harmful=0.3, harm=0.5, chatters=0.9, named_harm=0.3),
    Family(name="near the top", cap=(0.85, 1.0), needed=(1, 3), miss=0.5, n_rules=14),
    Family(
        name="graded, four modules",
        n_modules=4,
        n_rules=8,
        needed=(3, 7),
        graded_noise=0.2,
        miss=0.75,
    ),
    Family(
        name="forgetful proposer", forgets=0.1, named=0.35, n_conflicts=3, overload=0.03
    ),
    Family(name="sixty samples", n_train=60, n_validation=30, n_rules=16),
    Family(
        name="thirty samples",
        n_train=32,
        n_validation=32,
        n_rules=12,
        needed=(1, 3),
        miss=0.55,
        memorises=0.3,
    ),
)
HELD_OUT = (
    Family(
        name="five modules",
        n_modules=5,
        n_rules=6,
        needed=(3, 6),
        miss=0.72,
        popularity=0.8,
    ),
    Family(
        name="fifty samples",
        n_train=50,
        n_validation=50,
        n_rules=20,
        memorises=0.25,
    ),
    Family(
        name="few to train on",
        n_train=40,
        n_validation=120,
        n_rules=16,
        needed=(1, 4),
        miss=0.6,
        memorises=0.4,
    ),
    Family(
        name="terse feedback, graded",
        graded_noise=0.25,
        named=0.3,
        named_harm=0.2,
        n_rules=18,
    ),
    Family(
        name="rambling proposer",
        chatters=0.95,
        garbles=0.3,
        harmful=0.2,
        n_edits=6,
        dilution=0.008,
    ),
    Family(
        name="hard samples",
        cap=(0.3, 0.8),
        needed=(3, 6),
        miss=0.7,
        n_rules=20,
        n_conflicts=4,
    ),
)


class World:
    """One task of a family: its samples, its rules, and how a program does on it."""

    def __init__(self, family: Family, seed: int) -> None:
        self.family, self.seed = family, seed
        self.paths = [f"m{i}/state_m{i}" for i in range(family.n_modules)]
        self.train = [f"train:{i}" for i in range(family.n_train)]
        self.validation = [f"val:{i}" for i in range(family.n_validation)]
        test = [f"test:{i}" for i in range(family.n_test)]
        ids = [*self.train, *self.validation, *test]
        self._row = {sample_id: i for i, sample_id in enumerate(ids)}
        self._is_test = np.array([one.startswith("test") for one in ids])
        draws = stream(seed, "world", family.name)
        n_rules = family.n_modules * family.n_rules
        weights = [
            1 / (1 + i % family.n_rules) ** family.popularity for i in range(n_rules)
        ]
        self._needs = np.zeros((len(ids), n_rules), dtype=bool)
        for row in self._needs:
            n_needed = draws.randint(*family.needed)
            while row.sum() < n_needed:
                row[draws.choices(range(n_rules), weights)[0]] = True
        self._cap = np.array([draws.uniform(*family.cap) for _ in ids])
        self._hurt = np.array(
            [
                [draws.random() < family.harmful for _ in range(family.n_clutter)]
                for _ in ids
            ]
        )
        self._conflicts = [
            draws.sample(range(min(n_rules, 12)), 3) for _ in range(family.n_conflicts)
        ]
        self._known: dict[str, np.ndarray] = {}

    # -- what an optimizer is given ----------------------------------------------------

    def first(self) -> Candidate:
        """Return the program that training begins with."""
        value = {"instructions": "Answer.", "examples": []}
        return Candidate(values={path: dict(value) for path in self.paths})

    def brief(self, language_model) -> ProgramBrief:
        """Return what there is to know of the program."""
        return ProgramBrief(
            description="A simulated program.",
            variables={
                path: VariableBrief(
                    path=path, schema=SCHEMA, module_name=path.partition("/")[0]
                )
                for path in self.paths
            },
            language_model=language_model,
        )

    def measure(self, candidate: Candidate, sample_ids, draw: int = 0) -> list[Rollout]:
        """Run a candidate on samples."""
        chances = self._chances(candidate)
        return [self._rollout(candidate, one, draw, chances) for one in sample_ids]

    def truth(self, candidate: Candidate) -> float:
        """Return the exact expected score on the test samples."""
        return float(self._chances(candidate)[self._is_test].mean())

    # -- how it does -------------------------------------------------------------------

    def _chances(self, candidate: Candidate) -> np.ndarray:
        if candidate.digest not in self._known:
            self._known[candidate.digest] = self._compute(candidate)
        return self._known[candidate.digest]

    def _lines(self, candidate: Candidate, module: int) -> list[str]:
        return candidate.values[self.paths[module]]["instructions"].splitlines()

    def _compute(self, candidate: Candidate) -> np.ndarray:
        family = self.family
        has, clutter = self._present(candidate)
        shown = np.zeros(self._needs.shape[1])
        facts: set[str] = set()
        shrink = 1.0
        for module, path in enumerate(self.paths):
            lines = self._lines(candidate, module)
            examples = candidate.values[path].get("examples", [])
            facts |= {line[2:] for line in lines if line.startswith("f ")}
            n_lines = len(lines) + 0.5 * len(examples)
            shrink *= 1 - family.dilution * max(0.0, n_lines - 10)
            own = slice(module * family.n_rules, (module + 1) * family.n_rules)
            for example in examples:
                row = self._row[example["inputs"]["sample"]]
                shown[own] = np.maximum(shown[own], self._needs[row, own] * family.demo)
        missing = self._needs @ np.where(has, 0.0, 1.0 - shown)
        chance = self._cap * family.miss**missing
        chance *= family.harm ** (self._hurt @ clutter)
        for first, second, guard in self._conflicts:
            if has[first] and has[second] and not has[guard]:
                touched = self._needs[:, first] | self._needs[:, second]
                chance = np.where(touched, chance * family.conflict, chance)
        chance *= max(shrink, 0.1)
        for fact in facts & self._row.keys():
            chance[self._row[fact]] = max(chance[self._row[fact]], 0.95)
        return chance

    def _present(self, candidate: Candidate) -> tuple[np.ndarray, np.ndarray]:
        has = np.zeros(self._needs.shape[1], dtype=bool)
        clutter = np.zeros(self.family.n_clutter)
        for module in range(len(self.paths)):
            for line in self._lines(candidate, module):
                if line[0] == "r" and line[1:].isdigit():
                    has[int(line[1:])] = True
                elif line[0] == "c" and line[1:].isdigit():
                    clutter[int(line[1:])] = 1.0
        return has, clutter

    def _rollout(self, candidate, sample_id, draw, chances) -> Rollout:
        further = (draw,) if draw else ()
        cell = candidate.digest, sample_id, *further
        draws = _draws(self.seed, self.family.name, *cell)
        chance = chances[self._row[sample_id]]
        noise = self.family.graded_noise
        if noise is None:
            reward = float(draws.random() < chance)
        else:
            reward = float(min(1.0, max(0.0, draws.gauss(chance, noise))))
        said = self._feedback(candidate, sample_id, reward, draws)
        calls = tuple(
            CallRecord(
                sample_id=sample_id,
                module_path=path.partition("/")[0],
                variable_path=path,
                index=index,
                inputs={"sample": sample_id},
                outputs={"answer": round(reward, 3)},
                usage=Usage(calls=1 if index == 0 else 0),
            )
            for index, path in enumerate(self.paths)
        )
        return Rollout(
            sample_id=sample_id,
            draw=draw,
            inputs=None,
            calls=calls,
            reward=reward,
            feedback="ok" if reward == 1.0 else "wrong",
            module_feedback=said,
        )

    def _feedback(self, candidate, sample_id, reward, draws) -> dict[str, str]:
        if reward == 1.0:
            return {}
        family = self.family
        has, clutter = self._present(candidate)
        row = self._row[sample_id]
        missing = [*np.flatnonzero(self._needs[row] & ~has), *self._guards(row, has)]
        said: dict[str, list[str]] = {}
        for rule in missing:
            if draws.random() < family.named:
                module = f"m{rule // family.n_rules}"
                said.setdefault(module, []).append(f"needs r{rule}")
        for line in np.flatnonzero(self._hurt[row] * clutter):
            if draws.random() < family.named_harm:
                for module in self._modules_with(candidate, f"c{line}"):
                    said.setdefault(module, []).append(f"hurt by c{line}")
        return {module: "; ".join(parts) for module, parts in said.items()}

    def _guards(self, row: int, has: np.ndarray) -> list[int]:
        needs = self._needs[row]
        return [
            guard
            for first, second, guard in self._conflicts
            if has[first] and has[second] and not has[guard]
            if needs[first] or needs[second]
        ]

    def _modules_with(self, candidate: Candidate, line: str) -> list[str]:
        modules = range(self.family.n_modules)
        return [f"m{i}" for i in modules if line in self._lines(candidate, i)]


class ProposingModel:
    """The network edge of the simulation: a transport that rewrites what it reads."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.n_requests = 0

    async def answer(self, request) -> dict:
        """Return new values for the modules that the request shows."""
        self.n_requests += 1
        asked = json.loads(request.messages[1]["content"])
        draws = _draws(self.world.seed, self.world.family.name, request.messages)
        thinks = "thinking" in request.schema["properties"]
        return {
            **({"thinking": "..."} if thinks else {}),
            **{
                name: {"instructions": self._rewrite(module, draws)}
                for name, module in asked["modules"].items()
            },
        }

    def _rewrite(self, module: dict, draws) -> str:
        family = self.world.family
        lines = module["current"]["instructions"].splitlines()
        for line in module.get("other", {}).get("instructions", "").splitlines():
            if line not in lines and draws.random() < 0.8:
                lines.append(line)
        records = module.get("records", [])
        attention = max(0.15, 1 - family.overload * max(0, len(records) - 4))
        told: list[str] = []
        noted: list[str] = []
        for record in records:
            if record["reward"] == 1.0 or draws.random() > attention:
                continue
            told += str(record["feedback"]).split("; ")
            if draws.random() < family.memorises:
                noted.append(f"f {record['inputs']['sample']}")
        dropped, added = self._act_on(told, draws)
        added = [one for one in dict.fromkeys([*added, *noted]) if one not in lines]
        draws.shuffle(added)
        added = added[: family.n_edits]
        if draws.random() < family.chatters:
            added.append(f"c{draws.randrange(family.n_clutter)}")
        task, *rest = lines
        kept = [
            one
            for one in rest
            if one not in dropped and draws.random() > family.forgets
        ]
        return "\n".join(dict.fromkeys([task, *kept, *added]))

    def _act_on(self, told: list[str], draws) -> tuple[list[str], list[str]]:
        family = self.world.family
        dropped: list[str] = []
        added: list[str] = []
        for said in told:
            verb, _, what = said.rpartition(" ")
            if draws.random() > family.adds:
                continue
            if verb == "hurt by":
                dropped.append(what)
            elif verb == "needs":
                is_garbled = draws.random() < family.garbles
                clutter = f"c{draws.randrange(family.n_clutter)}"
                added.append(clutter if is_garbled else what)
        return dropped, added


def _draws(*key):
    text = json.dumps(key, sort_keys=True, default=str)
    return stream(
        int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"), "w"
    )
