"""The same tagging on a Dask cluster: `tag_dataframe`, and `tag_archive(..., cluster=ADDRESS)`."""

from vnpolicy_nlp.distributed.frame import tag_dataframe

__all__ = ["tag_dataframe"]
