"""`BackupAndRestore`: a run that dies is gone on with as if it never had."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from synalinks._internal.checks import check_real
from synalinks.callbacks._callback import Callback
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence

OnDivergence: TypeAlias = Literal["raise", "pay"]
_ON_DIVERGENCE = ("raise", "pay")


class BackupAndRestore(Callback):
    """Lets a run that died be gone on with: run the same script again.

    Everything the run is made of is saved in a folder: the program's variables, the
    optimizer, metrics, history, the states of all callbacks, the place in the data, and
    what was spent. Every answer of a language model, be it of the program, a judge or
    the optimizer, is on disk before anything uses it. A run that goes on takes it from
    there: what was paid for is not paid for again, and the run ends as it would have
    ended. Only calls that were in flight when the process died are made again.

    Training does the saving, after all callbacks are through with a batch or an epoch.
    What has changed since is refused before anything is paid for: the program, the
    optimizer, the reward, the data, the seed and the arguments of `fit`. More `epochs`
    are fine.

    A first SIGINT or SIGTERM lets what is in flight arrive, saves it, and ends the run
    with KeyboardInterrupt or exit code 143; a second one ends it at once. A signal that
    the process ignores, as those that a shell script starts with `&` do with SIGINT,
    stays ignored. A file named `STOP` in the folder, which is looked for a few times a
    second, ends the run in good order after the batch. Either way the run can be gone
    on with.

    Args:
        backup_dir: A folder for the files of this run and no others.
        save_freq: `"epoch"`, or a number of batches. Between two snapshots nothing is
            lost: what was answered since is in the journal, and the batches are worked
            through again without a call. Snapshots take milliseconds, so 1 is fine.
        double_checkpoint: Whether to keep the snapshot before the latest, which is
            used if the latest is damaged.
        delete_checkpoint: Whether to remove the files when training has come to its
            end. If not, running again returns the result without a call, and
            `synalinks show` can tell of the run.
        allow_changes: What may differ from the run in the folder, by the names that
            the error about it gives, such as `"data"` or `"optimizer.population_size"`.
        on_divergence: What to do if the run asks something else than it did at the
            same place before, which it does only if something depends on more than its
            inputs: `"raise"` shows the difference, `"pay"` goes on with new answers.
        grace_s: Seconds after a signal in which calls in flight may still arrive.

    Attributes:
        run_id: Identity of the run, over all its processes; None before it began.
        n_replayed: Calls of this process that were answered from the folder.
        n_paid: Calls of this process that were made and paid for.
        n_in_flight: Calls that were in flight when an earlier process died: their
            answers never arrived, and they may be paid for a second time.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    callback_order: float = 30

    def __init__(
        self,
        backup_dir: str | Path,
        save_freq: int | Literal["epoch"] = "epoch",
        double_checkpoint: bool = True,
        delete_checkpoint: bool = True,
        allow_changes: Sequence[str] = (),
        *,
        on_divergence: OnDivergence = "raise",
        grace_s: float = 10.0,
    ) -> None:
        if not str(backup_dir).strip():
            msg = f"`backup_dir` names a folder, received: {show(backup_dir)}."
            raise ConfigurationError(msg)
        _check_save_freq(save_freq)
        if isinstance(allow_changes, str):
            msg = (
                "`allow_changes` is a list of names such as `['data']`, received the "
                f"text {show(allow_changes)}."
            )
            raise ConfigurationError(msg)
        if on_divergence not in _ON_DIVERGENCE:
            msg = (
                f"`on_divergence` is one of {_ON_DIVERGENCE}, received: "
                f"{show(on_divergence)}."
            )
            raise ConfigurationError(msg)
        check_real("grace_s", grace_s, at_least=0)
        self.backup_dir: Path = Path(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self.allow_changes: tuple[str, ...] = tuple(allow_changes)
        self.on_divergence = on_divergence
        self.grace_s = grace_s
        self.run_id: str | None = None
        self.n_replayed = 0
        self.n_paid = 0
        self.n_in_flight = 0

    def is_due(self, n_batches: int) -> bool:
        """Return whether to save in the middle of an epoch.

        Args:
            n_batches: Batches of the epoch that are done.
        """
        return isinstance(self.save_freq, int) and n_batches % self.save_freq == 0


def _check_save_freq(value: object) -> None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if value != "epoch" and not is_count:
        msg = (
            "`save_freq` is 'epoch' or a number of batches of at least 1, received: "
            f"{show(value)}."
        )
        raise ConfigurationError(msg)
