"""Draw the charts of the sample corpus into docs/gallery and write docs/gallery.md: ``python docs/make_gallery.py``.

The pictures are small (8 bits of colour, 100 dots per inch) for the pages of this project; `framing chart` writes them for print.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from framing import charts, pipeline, runs, storage
from framing.charts import theme
from framing.comparison.specification import specification_curve

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "datasets" / "sample" / "build" / "articles.jsonl"
TARGETS = ["Sallowmouth Port Company", "Harbour Workers' Federation"]
OUTLET = "Daily Klaxon"  # whose difference the specification curve shows
DARK = ("stance", "source_kinds")
DPI = 100

HEAD = """# Gallery: every chart on the sample corpus

Made by `python docs/make_gallery.py` from the articles in `datasets/sample`, which were written for this project: outlets,
places and people are fictional. Under each picture stands its text alternative, which is also in the files' metadata and in
the report. `framing chart NAME OUT -o FILE.pdf --width single` writes one for print; [charts.md](charts.md) says what each needs.
"""


def draw(name: str, frames: charts.Frames, look: str) -> str:
    """Write one small picture and return its text alternative."""
    figure = Figure()
    ax = charts.draw(name, frames, theme=look, figure=figure)
    alt = charts.alt_text(ax)
    buffer = io.BytesIO()
    theme.write(figure, buffer, "png", title=charts.CHARTS[name].title, alt=alt, dpi=DPI)
    file = HERE / "gallery" / (f"{name}.png" if look == "light" else f"{name}-{look}.png")
    Image.open(buffer).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(file, optimize=True)
    return alt


def main() -> None:
    """Run the sample, draw what there is to draw, and say of the rest why it is not drawn."""
    (HERE / "gallery").mkdir(exist_ok=True)
    for old in (HERE / "gallery").glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        runs.run([SAMPLE], Path(folder) / "out", pipeline.Settings(targets=TARGETS))
        frames = storage.read_frames(Path(folder) / "out")
    frames["specifications"] = specification_curve(frames, "loaded_share", OUTLET, voice="narrator", resamples=200)
    page, missing = [HEAD], []
    for name, chart in charts.CHARTS.items():
        table = charts.data(name, frames)
        if table.empty:
            missing.append(f"- `{name}` ({chart.title}): {table.attrs['reason']}")
            continue
        alt = draw(name, frames, "light")
        page += [f"## {chart.title}", "", f"![{chart.title}](gallery/{name}.png)", "", alt, ""]
        if name in DARK:
            draw(name, frames, "dark")
            page += [f"![{chart.title}, dark theme](gallery/{name}-dark.png)", ""]
    if missing:
        page += ["## Not drawn from the sample, and why", "", *missing, ""]
    (HERE / "gallery.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
