"""Turn each `guides/NN_topic.py` into a page: prose and code in percent cells."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)


def guide_paths(config: MkDocsConfig) -> list[Path]:
    """Return the guides in the order of their numbers."""
    root = Path(config.config_file_path).parent
    return sorted(root.glob("guides/[0-9][0-9]_*.py"))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the guides to the navigation, after the first page."""
    pages = [f"guides/{path.stem}.md" for path in guide_paths(config)]
    if pages and config.nav:
        config.nav.insert(1, {"Guides": pages})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add one generated page per guide."""
    for path in guide_paths(config):
        text = page_text(path.read_text(encoding="utf-8"))
        files.append(File.generated(config, f"guides/{path.stem}.md", content=text))
    return files


def page_text(script: str) -> str:
    """Return the script as Markdown; what stands before the first cell is left out."""
    _, *parts = CELL.split(script)
    cells: list[str] = []
    for header, body in zip(parts[::2], parts[1::2], strict=True):
        if "[markdown]" in header:
            cells.append(re.sub(r"^# ?", "", body, flags=re.MULTILINE).strip())
        elif body.strip():
            cells.append(f"```python\n{body.strip()}\n```")
    return "\n\n".join(cells) + "\n"
