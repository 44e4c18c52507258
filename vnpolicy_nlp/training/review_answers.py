"""What people have answered, in the exports of Label Studio and Prodigy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vnpolicy_nlp.errors import LabelError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["ID", "SUGGESTED_COLUMN", "WHY_COLUMN", "Answer", "Answers", "answers_of_prodigy", "answers_of_tasks"]

ID = "article_id"  # not "id", by which Label Studio calls its own tasks
CHOICES = "topics"  # the name of the choices in `label_studio_config`
SUGGESTED_COLUMN, WHY_COLUMN = "suggested", "why"
_KEPT = (SUGGESTED_COLUMN, WHY_COLUMN)  # of what goes with an article, what comes back with it
# What JSON-MIN has beside the data of a task.
_OF_LABEL_STUDIO = {
    *("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "predictions", CHOICES),
    *("annotations", "completions", "agreement", "meta"),
}


class Answer(NamedTuple):
    """One article and its topics; `name` is what to call it in a message."""

    cells: dict[str, str]
    topics: list[str]
    name: str


class Answers(NamedTuple):
    """All articles with an answer, and how many have none or are to be left out."""

    found: list[Answer]
    n_without_answer: int
    n_ignored: int


def answers_of_tasks(tasks: Any, path: Path) -> Answers:
    """Return the answers in an export of Label Studio, JSON or JSON-MIN.

    Raises
    ------
    TableError, LabelError
        Naming the task.
    """
    if not isinstance(tasks, list):
        raise TableError(f"{path} is not a list of tasks: export it from Label Studio as JSON")
    found, n_without_answer, n_ignored = [], 0, 0
    for number, task in enumerate(tasks, start=1):
        name = _name_of(task, number)
        if not isinstance(task, dict):
            raise TableError(f"{path}, {name}: not an object; export it from Label Studio as JSON again")
        annotations = _annotations(task, f"{path}, {name}")
        done = [annotation for annotation in annotations if not annotation.get("was_cancelled")]
        if done:
            last = max(enumerate(done), key=lambda pair: (_time(pair[1]), pair[0]))[1]
            found.append(Answer(_cells(task, f"{path}, {name}"), _chosen(last, f"{path}, {name}"), name))
        n_without_answer += not annotations
        n_ignored += bool(annotations) and not done
    return Answers(found, n_without_answer, n_ignored)


def _name_of(task: Any, number: int) -> str:
    return f"task {task.get('id', number) if isinstance(task, dict) else number}"


def _annotations(task: dict[str, Any], where: str) -> list[dict[str, Any]]:
    """Return the annotations of a task; that of JSON-MIN, which has one a line, as JSON would have it."""
    if "data" not in task:
        if "annotation_id" not in task:
            raise TableError(
                f"{where}: neither data nor annotation_id; export it from Label Studio as JSON or JSON-MIN"
            )
        chosen = task.get(CHOICES, [])
        chosen = chosen.get("choices") if isinstance(chosen, dict) else chosen
        chosen = [chosen] if isinstance(chosen, str) else chosen
        return [{"result": [{"from_name": CHOICES, "value": {"choices": chosen}}]}]
    annotations = task.get("annotations", task.get("completions")) or []
    if not isinstance(annotations, list) or not all(isinstance(annotation, dict) for annotation in annotations):
        raise TableError(f"{where}: its annotations are not a list of objects; export it from Label Studio again")
    return annotations


def _time(annotation: Mapping[str, Any]) -> str:
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


def _chosen(annotation: Mapping[str, Any], where: str) -> list[str]:
    result = annotation.get("result")
    if not isinstance(result, list) or not all(isinstance(part, dict) for part in result):
        raise LabelError(f"{where}: its annotation has no list of results; export it from Label Studio again")
    choices = [part for part in result if part.get("from_name") == CHOICES]
    if result and not choices:
        raise LabelError(
            f'{where}: its annotation has no choices called "{CHOICES}"; name them so in the labelling interface'
        )
    lists = [part["value"].get("choices") if isinstance(part.get("value"), dict) else None for part in choices]
    return [topic for chosen in lists for topic in _names(chosen, where)]


def _names(chosen: Any, where: str) -> list[str]:
    if not isinstance(chosen, list) or not all(isinstance(topic, str) for topic in chosen):
        raise LabelError(f"{where}: {str(chosen)[:60]!r} is not a list of topics; export it again")
    return chosen


def _cells(task: Mapping[str, Any], where: str) -> dict[str, str]:
    data = task["data"] if "data" in task else {key: task[key] for key in task if key not in _OF_LABEL_STUDIO}
    meta = task.get("meta")
    if not isinstance(data, dict) or not data:
        raise TableError(f"{where}: no text; export it from Label Studio as JSON or JSON-MIN")
    return _as_cells({key: data[key] for key in data if key != CHOICES}) | _kept(meta)


def _kept(meta: Any) -> dict[str, str]:
    return {key: str(meta[key]) for key in _KEPT if key in meta} if isinstance(meta, dict) else {}


def _as_cells(data: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): "" if value is None else str(value) for key, value in data.items()}


def answers_of_prodigy(lines: Iterable[Any], path: Path) -> Answers:
    """Return the answers in JSON lines of Prodigy: of a choice, or to one label at a time, put together by text.

    Raises
    ------
    TableError, LabelError
        Naming the task.
    """
    by_text: dict[str, Answer] = {}
    ignored: set[str] = set()
    n_without_answer = 0
    for number, task in enumerate(lines, start=1):
        name = f"task {number}"
        if not isinstance(task, dict) or not isinstance(task.get("text"), str):
            raise TableError(f"{path}, {name}: no text; export it from Prodigy again")
        text, answer = task["text"], task.get("answer")
        if answer is None:
            n_without_answer += 1
        elif answer not in ("accept", "reject", "ignore"):
            raise LabelError(f"{path}, {name}: the answer {answer!r} is none of accept, reject and ignore")
        elif answer == "ignore" or ("label" not in task and answer == "reject"):
            ignored.add(text)
            if "label" not in task:
                by_text.pop(text, None)
        else:
            topics = _answered(task, answer == "accept", by_text.get(text), f"{path}, {name}")
            ignored.discard(text)
            by_text[text] = Answer(_prodigy_cells(task), topics, name)
    return Answers(list(by_text.values()), n_without_answer, len(ignored - set(by_text)))


def _answered(task: Mapping[str, Any], accepted: bool, before: Answer | None, where: str) -> list[str]:
    """Return the topics of a text after one more answer."""
    if "label" not in task:
        return _names(task.get("accept", []), where)
    (label,) = _names([task["label"]], where)
    others = [topic for topic in (before.topics if before else []) if topic != label]
    return [*others, label] if accepted else others


def _prodigy_cells(task: Mapping[str, Any]) -> dict[str, str]:
    columns, meta = task.get("columns"), task.get("meta")
    named = {ID: str(meta[ID])} if isinstance(meta, dict) and ID in meta else {}
    return named | _as_cells(columns if isinstance(columns, dict) else {"text": task["text"]}) | _kept(meta)
