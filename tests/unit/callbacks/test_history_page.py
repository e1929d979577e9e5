"""What a notebook shows of a history."""

from synalinks.callbacks import History
from synalinks.contracts import Artifacts, Best, Candidate, Usage

CANARY = "<script>alert(1)</script>"


def history():
    made = History()
    for epoch in range(3):
        made.on_epoch_end(epoch, {"reward": epoch / 4, "val_reward": 0.5, CANARY: 1.0})
    made.stop_reason = CANARY
    made.best = Best(val_reward=0.5, epoch=1, step=4, candidate=Candidate(values={}))
    usage = Usage(calls=1200, prompt_tokens=5000, cost_usd=0.25)
    made.artifacts = Artifacts(run_id="a", usage=usage)
    return made


def test_it_tells_how_training_went():
    """Curves, the ends of each, the best, and what it took."""
    page = history()._repr_html_()

    assert page.count("<svg") == 2
    assert "best val_reward 0.5 in epoch 2" in page
    assert "1,200 calls, 5,000 tokens, cost $0.2500" in page
    cells = page.partition(">reward</th>")[2].partition("</tr>")[0]
    numbers = [part.partition("<")[0] for part in cells.split('right">')[1:]]
    assert numbers == ["0", "0.5", "0", "0.5"]


def test_texts_stay_texts():
    """Names and reasons are not taken for markup."""
    page = history()._repr_html_()

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_before_training_there_is_little_to_tell():
    """An empty history is shown, too."""
    page = History()._repr_html_()

    assert "0 epochs" in page
    assert "<svg" not in page
