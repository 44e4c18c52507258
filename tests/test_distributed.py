"""The same tags on a Dask cluster, and nothing lost or doubled when workers die."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError

import pandas as pd
import pytest
from conftest import ROOT, read_table

pytest.importorskip("distributed", reason="pip install 'vnpolicy-nlp[cluster]'")

import cloudpickle
import dask
import dask.dataframe as dd
from distributed import Client, LocalCluster

import vnpolicy_nlp as vp
from vnpolicy_nlp.archive import chunks, run, workplace
from vnpolicy_nlp.distributed import cluster as on_cluster
from vnpolicy_nlp.distributed import shipping, tag_dataframe
from vnpolicy_nlp.errors import ClusterError, ColumnError, TextError

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import the tests
TEXT = ["title", "lead", "content"]
EVERYTHING = {"scores": True, "evidence": True, "documents": True}


@pytest.fixture(scope="module")
def cluster():
    # Dask looks for a lost worker this long after each loss, and takes it out for good if at that moment its
    # successor happens to be dead too, as it may be where several tests kill workers.
    patient = dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"})
    with (
        patient,
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, protocol="tcp://", dashboard_address=":0"
        ) as cluster,
    ):
        yield cluster


@pytest.fixture
def client(cluster):
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)
        yield client


@pytest.fixture(scope="module")
def articles():
    return read_table("articles.csv").drop(columns="topics")[["id", *TEXT]]


@pytest.fixture(scope="module")
def archive(articles, tmp_path_factory):
    """A file with records that are none, and what a run on this machine makes of it."""
    folder = tmp_path_factory.mktemp("archive")
    articles.to_csv(folder / "in.csv", index=False)
    with (folder / "in.csv").open("a", encoding="utf-8") as file:
        file.write('broken,"a"b,c,d\nshort,row\n"last","ab\ufffd\U0001f600","007",""\n')
    vp.tag_archive(folder / "in.csv", folder / "local.csv", TEXT, **EVERYTHING)
    return folder / "in.csv"


@pytest.fixture
def many_chunks(monkeypatch):
    monkeypatch.setattr(chunks, "_CHARACTERS_READ", 60_000)


def tag(archive, folder, address, **options):
    return vp.tag_archive(archive, folder / "out.csv", TEXT, **EVERYTHING, cluster=address, **options)


def equals_local(archive, folder):
    """Say whether rows and quarantine are those of the run on this machine, to the byte."""
    return all(
        (folder / f"out.csv{end}").read_bytes() == (archive.parent / f"local.csv{end}").read_bytes()
        for end in ("", ".quarantine.csv")
    )


def test_the_command_writes_what_a_local_run_writes(cluster, client, archive, tmp_path):
    command = [
        sys.executable,
        "-m",
        "vnpolicy_nlp",
        "tag",
        archive,
        "-o",
        tmp_path / "out.csv",
        "--scores",
        "--evidence",
        "--documents",
    ]
    for name in TEXT:
        command += ["--text-column", name]
    done = subprocess.run([*command, "--cluster", cluster.scheduler_address], capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr == f"{archive}: encoding UTF-8, dialect separator ',', text from {', '.join(TEXT)}\n"
    assert equals_local(archive, tmp_path)
    here, there = (
        json.loads(path.with_name(f"{path.name}.run.json").read_text("utf-8"))
        for path in (archive.parent / "local.csv", tmp_path / "out.csv")
    )
    assert there["counts"] == here["counts"]
    assert there["key"] == here["key"]


def test_a_worker_unpacks_the_model_once(cluster, client, archive, many_chunks, tmp_path):
    client.run(shipping._unpacked.cache_clear)
    for name in "ab":
        (tmp_path / name).mkdir()
        tag(archive, tmp_path / name, cluster.scheduler_address)
    infos = client.run(shipping._unpacked.cache_info).values()
    assert [info.misses for info in infos] == [1, 1]
    assert sum(info.hits for info in infos) > 100


def test_a_killed_worker_costs_an_archive_nothing(cluster, client, archive, many_chunks, tmp_path):
    victim = min(client.run(os.getpid).values())
    steps = []

    def kill(progress):
        steps.append(progress.n_rows)
        if len(steps) == 20:
            os.kill(victim, signal.SIGKILL)

    tag(archive, tmp_path, cluster.scheduler_address, progress=kill)
    assert len(steps) > 40
    assert equals_local(archive, tmp_path)
    client.wait_for_workers(2, timeout=30)
    assert victim not in client.run(os.getpid).values()


def test_a_killed_worker_costs_a_dataframe_nothing(cluster, client, tagger, articles, tmp_path):
    (tmp_path / "in").mkdir()
    for n in range(0, len(articles), 80):
        articles.iloc[n : n + 80].to_parquet(tmp_path / "in" / f"{n:05}.parquet")
    victim = min(client.run(os.getpid).values())
    lazy = tag_dataframe(dd.read_parquet(tmp_path / "in"), TEXT, **EVERYTHING)
    future = client.compute(lazy.to_parquet(tmp_path / "out", compute=False, write_index=False))
    while not list((tmp_path / "out").glob("*.parquet")):
        time.sleep(0.01)
    os.kill(victim, signal.SIGKILL)
    future.result()
    files = sorted((tmp_path / "out").iterdir(), key=lambda path: int(re.sub(r"\D", "", path.name)))
    assert len(files) == len(list((tmp_path / "in").iterdir()))
    found = pd.concat(map(pd.read_parquet, files), ignore_index=True)
    wanted = tagger.tag_frame(articles, TEXT, **EVERYTHING)
    pd.testing.assert_frame_equal(found.astype(wanted.dtypes), wanted)  # Dask has strings of its own kind
    client.wait_for_workers(2, timeout=30)
    assert victim not in client.run(os.getpid).values()


def test_the_code_of_the_page_runs(cluster, client, tagger, articles, tmp_path):
    page = (ROOT / "docs" / "a-billion-articles.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    code = block.replace("tcp://10.0.0.1:8786", cluster.scheduler_address).replace("/data/", f"{tmp_path}/")
    for month in ("2017-01", "2017-02"):
        (tmp_path / "news" / month).mkdir(parents=True)
        frame = articles.iloc[:50].assign(views=pd.array([1, None] * 25, dtype="Int64"))
        frame.to_parquet(tmp_path / "news" / month / "articles.parquet", index=False)
    (tmp_path / "tagged" / "2017-01").mkdir(parents=True)
    exec(code, {})
    assert list((tmp_path / "tagged" / "2017-01").iterdir()) == []
    found = pd.read_parquet(tmp_path / "tagged" / "2017-02")
    wanted = tagger.tag_frame(frame, ["title", "content"], scores=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    assert found["views"].dtype.kind == "i" or str(found["views"].dtype) == "Int64"


def test_a_dask_dataframe_gets_the_columns_of_tag_frame(cluster, client, tagger, articles):
    frame = dd.from_pandas(articles[:100].set_index(pd.RangeIndex(0, 200, 2)), npartitions=4)
    lazy = tag_dataframe(frame, TEXT, model=tagger, **EVERYTHING)
    wanted = tagger.tag_frame(frame.compute(scheduler="sync"), TEXT, **EVERYTHING)
    assert lazy.divisions == frame.divisions
    pd.testing.assert_series_equal(lazy.dtypes, wanted.dtypes)
    for found in (client.compute(lazy).result(), lazy.compute(scheduler="threads")):
        pd.testing.assert_frame_equal(found, wanted)


def test_a_partition_without_rows_has_the_types_of_the_others(articles):
    frame = dd.from_pandas(articles[:30], npartitions=3)
    lazy = tag_dataframe(frame[frame["id"] == articles["id"][0]], "content", **EVERYTHING)
    parts = [part.compute(scheduler="sync") for part in lazy.partitions]
    assert [len(part) for part in parts] == [1, 0, 0]
    for part in parts:
        pd.testing.assert_series_equal(part.dtypes, lazy.dtypes)


def test_a_dask_dataframe_with_columns_that_do_not_fit(articles):
    frame = dd.from_pandas(articles[:30].assign(views=1), npartitions=2)
    with pytest.raises(ColumnError, match="there is no column 'body'"):
        tag_dataframe(frame, ["title", "body"])
    with pytest.raises(TextError, match=r"holds int at index \d+"):
        tag_dataframe(frame, "views").compute(scheduler="sync")


def die(tagger, texts, **options):
    os.kill(os.getpid(), signal.SIGKILL)


def test_articles_that_kill_their_workers_end_in_one_error(cluster, client, archive, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 1)
    monkeypatch.setattr(run, "tag_texts", die)
    with pytest.raises(ClusterError, match=r"several workers were killed over the same articles, .* with --resume"):
        tag(archive, tmp_path, cluster.scheduler_address)
    client.wait_for_workers(2, timeout=30)


@pytest.fixture
def inside():
    """A cluster of one thread in this process."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=":0"
    ) as cluster:
        yield cluster


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("workers", "all workers have been gone for 0.3 s: start some, and go on with --resume"),
        ("scheduler", "the scheduler went away: start it and its workers anew, and go on with --resume"),
    ],
)
def test_when_all_are_gone_the_run_goes_on_elsewhere(
    inside, archive, many_chunks, tmp_path, monkeypatch, what, message
):
    monkeypatch.setattr(on_cluster, "_PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(on_cluster, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(on_cluster, "_CONNECT_SECONDS", 1)
    monkeypatch.setattr(workplace, "_SECONDS", 0)
    done = []

    def stop(progress):
        done.append(progress.n_rows)
        if len(done) == 10:
            inside.scale(0) if what == "workers" else inside.close()

    with pytest.raises(ClusterError, match=message):
        tag(archive, tmp_path, inside.scheduler_address, progress=stop)
    tag(archive, tmp_path, None, resume=True, progress=lambda progress: done.append(progress.n_rows))
    assert done == sorted(set(done)), "none is tagged twice"
    assert equals_local(archive, tmp_path)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://127.0.0.1:9", "no Dask scheduler answers at tcp://127.0.0.1:9 within 0.5 s: check the address"),
        ("10.0.0.1", "missing port number in address '10.0.0.1': give the address of a Dask scheduler, as in tcp://"),
        ("carrier-pigeon://loft", "unknown address scheme .*: give the address of a Dask scheduler, as in tcp://"),
    ],
)
def test_a_wrong_address(archive, tmp_path, monkeypatch, address, message):
    monkeypatch.setattr(on_cluster, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(ClusterError, match=message):
        tag(archive, tmp_path, address)
    assert not list(tmp_path.iterdir())


def test_a_cluster_without_workers(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(on_cluster, "_CONNECT_SECONDS", 0.5)
    with (
        LocalCluster(n_workers=0, processes=False, protocol="tcp://", dashboard_address=":0") as empty,
        pytest.raises(ClusterError, match="has no workers: start some with `dask worker"),
    ):
        tag(archive, tmp_path, empty.scheduler_address)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("0.0.9", "worker tcp://10.0.0.2:1 has vnpolicy-nlp 0.0.9, and this process 0.1.0: install the same on all"),
        (
            PackageNotFoundError(),
            r"worker tcp://10.0.0.2:1 lacks vnpolicy-nlp: pip install 'vnpolicy-nlp\[cluster\]==0",
        ),
    ],
)
def test_workers_with_other_versions(found, message):
    with pytest.raises(ClusterError, match=message):
        on_cluster._check_versions({"the scheduler": "0.1.0", "worker tcp://10.0.0.2:1": found}, "0.1.0")


def test_a_worker_that_comes_later_with_another_version(tagger):
    packed = shipping.PackedModel.of(tagger)
    other = shipping.PackedModel(packed.sha256, "9.9", packed.segmenter, packed.files)
    with pytest.raises(ClusterError, match=r"a worker has vnpolicy-nlp 0.*, and this run is of 9.9 with"):
        shipping.unpacked(other)


def test_jobs_and_cluster(archive, tmp_path):
    with pytest.raises(ClusterError, match="--jobs is for processes of this machine, --cluster for those of others"):
        tag(archive, tmp_path, "tcp://127.0.0.1:9", n_jobs=2)


def test_without_dask(monkeypatch, archive, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"clusters need Dask: pip install 'vnpolicy-nlp\[cluster\]'"):
        tag(archive, tmp_path, "tcp://127.0.0.1:9")
