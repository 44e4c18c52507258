"""A Dask DataFrame tagged where its partitions lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vnpolicy_nlp.distributed.shipping import PackedModel, hand_over, need_dask, unpacked
from vnpolicy_nlp.model.columns import added_columns
from vnpolicy_nlp.model.tagger import Tagger, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import dask.dataframe as dd
    import pandas as pd

__all__ = ["tag_dataframe"]


def tag_dataframe(
    frame: dd.DataFrame,
    text: str | Sequence[str],
    *,
    model: str | Path | Tagger | None = None,
    scores: bool = False,
    evidence: bool = False,
    documents: bool = False,
) -> dd.DataFrame:
    """Return a Dask DataFrame with the columns of `Tagger.tag_frame` added; nothing is worked out yet.

    Rows, index, divisions, partitions and columns stay as they are. It runs on whatever scheduler computes it, a
    cluster or the threads of one process.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        One article a row. From Parquet rather than CSV: Dask's ``read_csv`` cuts files at line ends inside cells.
    text : str or sequence of str
        The columns that hold the text, joined in this order.
    model : str, Path, Tagger or fitted TopicTagger, optional
        A model folder or a tagger; the packaged model without it. It goes to the workers with the tasks.
    scores, evidence, documents : bool
        As in `Tagger.tag_frame`.

    Raises
    ------
    ClusterError, ColumnError, ModelError
        At once. `TextError`, and `ClusterError` for a worker with another version, come when it is computed.
    """
    need_dask()
    from dask.delayed import delayed

    model = getattr(model, "tagger_", model)  # a fitted TopicTagger holds one
    tagger = model if isinstance(model, Tagger) else load(model)
    packed = PackedModel.of(tagger)
    columns = [text] if isinstance(text, str) else list(text)
    shipped = delayed(hand_over, pure=True)(packed, dask_key_name=packed.key)
    meta = _tag_partition(frame._meta, tagger, columns, scores, evidence, documents)
    return frame.map_partitions(_tag_partition, shipped, columns, scores, evidence, documents, meta=meta)


def _tag_partition(
    frame: pd.DataFrame, model: PackedModel | Tagger, text: Sequence[str], scores: bool, evidence: bool, documents: bool
) -> pd.DataFrame:
    import pandas as pd

    tagger = model if isinstance(model, Tagger) else unpacked(model)
    tagged = tagger.tag_frame(frame, text, scores=scores, evidence=evidence, documents=documents)
    # The columns of an empty partition have no cells that would show their type.
    strings = added_columns(tagger.topics, scores=False, evidence=evidence, documents=documents)
    return tagged.astype(dict.fromkeys(strings, pd.Series(["text"]).dtype))
