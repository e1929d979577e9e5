"""Make one page per public package or module from its docstrings."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PAGES_OF_THEIR_OWN = {"errors", "version"}
# What scripts do not import from, and callbacks and optimizers of one's own may.
INNER = {"cli", "contracts", "data_models", "graph", "tracking"}


def public_names(config: MkDocsConfig) -> list[str]:
    """Return the dotted names of the public packages and modules."""
    library = Path(config.config_file_path).parent / "synalinks"
    names = {path.parent.name for path in library.glob("[!_]*/__init__.py")}
    names |= {path.stem for path in library.glob("[!_]*.py")}
    return [f"synalinks.{name}" for name in sorted(names - PAGES_OF_THEIR_OWN)]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages to the end of the navigation."""
    pages, inner = [], []
    for name in public_names(config):
        is_inner = name.rpartition(".")[2] in INNER
        (inner if is_inner else pages).append({name: f"api/{name}.md"})
    if pages and config.nav:
        config.nav.append({"Reference": [*pages, {"Inside": inner}]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add one generated page per package or module."""
    for name in public_names(config):
        text = f"# `{name}`\n\n::: {name}\n"
        files.append(File.generated(config, f"api/{name}.md", content=text))
    return files
