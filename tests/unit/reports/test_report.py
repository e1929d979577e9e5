"""A page about a run: what is in it, and what cannot get out of it."""

import re
from html.parser import HTMLParser

import pytest

import synalinks
from synalinks.backups import read_card
from synalinks.callbacks import Callback
from synalinks.errors import ConfigurationError
from synalinks.reports import write_report
from tests.reported_runs import CANARY, train

SECTIONS = [
    "curves", "prompts", "samples", "candidates", "cost", "timeline", "failures",
    "settings",
]  # fmt: skip


class Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.open, self.texts = [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that is over."""
    folder = tmp_path_factory.mktemp("runs") / "triage"
    history = train(folder)
    return folder, history


def test_all_sections_are_there_and_well_formed(run, tmp_path):
    """Each section has a heading, and every element is closed."""
    page = Page(write_report(run[0], tmp_path / "page.html"))

    assert page.open == []
    assert [attrs["id"] for tag, attrs in page.tags if tag == "section"] == SECTIONS
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links == [f"#{name}" for name in SECTIONS]


def test_what_the_run_has_is_in_the_page(run, tmp_path):
    """Reward, cost, calls, prompts and feedback are those of the run."""
    _, history = run
    text = Page(write_report(run[0], tmp_path / "page.html")).text

    assert f"Best val_reward {history.best.val_reward:.4f}" in text
    assert f"Calls {history.usage.calls:,}" in text
    assert f"program openai/worker $0.0000 {history.usage.calls:,} 6" in text
    prompts = text.partition("Prompts before and after")[2]
    in_all = prompts.partition("Change by change")[0]
    assert "Answer the question. [added: Hint" in in_all
    assert "InvalidOutputError" in text
    assert "Training finished." in text
    assert "optimizer Hinting" in text


def test_the_worst_samples_come_first_and_the_best_beside_them(run, tmp_path):
    """Each column goes from its extreme to the middle, and no sample is in both."""
    text = Page(write_report(run[0], tmp_path / "page.html")).text
    samples = text.partition(" Worst ")[2].partition(" Candidates ")[0]
    worst, best = (
        re.findall(r"val:(\d) · reward (\d\.\d{4})", part)
        for part in samples.split(" Best ")
    )

    assert len(worst) == 5
    assert len({*worst, *best}) == len(worst) + len(best) == 8
    rewards = [reward for _, reward in worst]
    assert rewards == sorted(rewards) < [reward for _, reward in best]
    assert [reward for _, reward in best] == sorted(
        (reward for _, reward in best), reverse=True
    )


def test_texts_of_the_run_stay_texts(run, tmp_path):
    """Whatever is in data, answers and prompts, no element is made of it."""
    path = write_report(run[0], tmp_path / "page.html")
    page = Page(path)

    assert " ".join(CANARY.split()) in page.text
    assert not {"script", "img", "iframe", "link", "object"} & {t for t, _ in page.tags}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert CANARY not in path.read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere(run, tmp_path):
    """There is no address in the page, and browsers are told not to look at any."""
    text = write_report(run[0], tmp_path / "page.html").read_text(encoding="utf-8")

    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@import|url\(|\ssrc=(?!x)", text)
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_pictures_are_told_in_words(run, tmp_path):
    """Each has a label, tables have headings, and sections are named."""
    page = Page(write_report(run[0], tmp_path / "page.html"))

    pictures = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert pictures
    assert all("aria-label" in one or "aria-hidden" in one for one in pictures)
    n_tables = sum(tag == "table" for tag, _ in page.tags)
    assert sum(tag == "thead" for tag, _ in page.tags) == n_tables > 3
    assert all(attrs["aria-labelledby"] for tag, attrs in page.tags if tag == "section")


def test_the_folder_stays_as_it_is_and_the_page_is_private(run):
    """Without a name the page lies beside the folder."""
    folder, history = run
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    path = write_report(history)

    assert path == folder.parent / "triage.report.html"
    assert path.stat().st_mode & 0o077 == 0
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_a_run_that_failed_says_why(tmp_path):
    """Its error is in the page, and what it has left."""

    class Dies(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError(CANARY)

    with pytest.raises(RuntimeError):
        train(tmp_path / "run", Dies())
    page = Page(write_report(tmp_path / "run"))

    assert page.open == []
    assert "Failed: RuntimeError(" in page.text
    assert "No epoch is done yet." in page.text


def test_a_run_under_way_has_a_page(tmp_path):
    """At each moment, from the first batch on."""
    pages = []

    class Looks(Callback):
        run_in_thread = True

        def on_train_batch_begin(self, batch, logs=None):
            pages.append(Page(write_report(tmp_path / "run", tmp_path / "page.html")))

    train(tmp_path / "run", Looks())

    assert all("while it was running" in one.text for one in pages)
    assert "No candidate was measured yet." in pages[0].text
    assert "No epoch is done yet." not in pages[-1].text


def test_a_killed_run_says_how_to_go_on(run, tmp_path):
    """What nobody wrote the end of was interrupted."""
    import shutil

    folder = tmp_path / "killed"
    shutil.copytree(run[0], folder)
    card = (folder / "run.json").read_text()
    (folder / "run.json").write_text(card.replace('"finished"', "null"))
    assert read_card(folder).ended is None

    text = Page(write_report(folder)).text

    assert "interrupted" in text
    assert "Run the same script again to go on" in text


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda run: (run[0].parent, None), "is no folder of a run"),
        (lambda run: (run[0] / "gone", None), "BackupAndRestore.*delete_checkpoint"),
        (lambda run: (synalinks.callbacks.History(), None), "delete_checkpoint=False"),
        (lambda run: (run[0], run[0] / "page.html"), "take another place"),
    ],
    ids=["folder", "gone", "history", "place"],
)
def test_mistakes_are_told(make, message, run):
    """What is no run, and a page among the run's own files, are refused."""
    source, file = make(run)
    with pytest.raises(ConfigurationError, match=message):
        write_report(source, file)
