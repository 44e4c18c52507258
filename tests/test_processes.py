"""Work shared out among processes: nothing is lost, nothing changes places."""

import os
import signal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.model.processes import share_out
from vnpolicy_nlp.model.scoring import pack_texts, unpack_texts
from vnpolicy_nlp.text.segmenter import batches

ANY_TEXT = st.text(st.characters(), max_size=40)  # lone surrogates too


def double(number):
    return 2 * number


def fail(number):
    raise ValueError(f"task {number}")


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("n_processes", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(n_processes):
    results = share_out(iter(range(50)), double, lambda n: partial(double, n), n_processes)
    assert list(results) == [2 * n for n in range(50)]


def test_others_do_a_part():
    pids = set(share_out(range(50), lambda _: os.getpid(), lambda _: partial(os.getpid), 2))
    assert len(pids) == 2
    assert os.getpid() in pids


def test_an_error_elsewhere_arrives_here():
    with pytest.raises(ValueError, match="task"):
        list(share_out(range(9), double, lambda n: partial(fail, n), 2))


def test_what_a_killed_process_had_is_done_here():
    with pytest.warns(UserWarning, match="killed"):
        results = list(share_out(range(20), double, lambda n: partial(die, n), 2))
    assert results == [2 * n for n in range(20)]
    assert list(share_out(range(9), double, lambda n: partial(double, n), 2)) == [2 * n for n in range(9)]


def test_only_some_tasks_are_held():
    taken = []
    tasks = (taken.append(n) or n for n in range(1000))
    results = share_out(tasks, double, lambda n: partial(double, n), 2)
    for n in range(100):
        assert next(results) == 2 * n
        assert len(taken) <= n + 20


@given(st.lists(ANY_TEXT))
def test_texts_arrive_as_they_were(texts):
    assert unpack_texts(*pack_texts(texts)) == texts


def test_emoji_and_halves_of_them_arrive_as_they_were():
    texts = ["\U0001f600", "\ud83d", "\ude00", "\ud83d\ude00", ""]
    assert unpack_texts(*pack_texts(texts)) == texts
    assert unpack_texts(*pack_texts(texts[:1])) == texts[:1]


@given(st.lists(st.integers(0, 400_000)), st.integers(1, 5))
def test_batches_hold_all_texts_in_order(lengths, n_processes):
    texts = ["x" * n for n in lengths]
    cut = list(batches(texts, n_processes))
    assert [text for batch in cut for text in batch] == texts
    assert all(cut)
