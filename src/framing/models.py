"""The models: the shared encoder, the stance model, any Hugging Face classifier, and the cards of what is shipped.

Shipped models are ONNX files with int8 weights that are widened to float32 when loaded, so every product is computed in
float32 and a sentence's result does not depend on what else is in its batch. They run on ONNX Runtime and
``tokenizers`` alone; transformers is imported only for a model the user names.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

    from framing.encode import Passage, Tokens

__all__ = [
    "ATTRIBUTION_TAGS",
    "FRAMES",
    "FRAME_CODES",
    "NAME_KINDS",
    "NAME_TAGS",
    "ROLES",
    "STANCES",
    "Card",
    "Encoder",
    "HuggingFaceClassifier",
    "PassageOutput",
    "StanceModel",
    "StanceRequest",
    "cards",
    "decode_names",
    "decode_spans",
    "load_encoder",
    "load_stance",
    "load_statement",
]

ROLES = ("source", "cue", "content")
NAME_KINDS = ("person", "organisation", "place", "group", "other")
ATTRIBUTION_TAGS = ("O", *(f"{prefix}-{role}" for role in ROLES for prefix in "BI"))
NAME_TAGS = ("O", *(f"{prefix}-{kind}" for kind in NAME_KINDS for prefix in "BI"))
FRAME_CODES = {
    "generic": ("conflict", "human_interest", "economic", "morality", "resolution"),
    "policy": (
        "economic", "capacity_and_resources", "morality", "fairness_and_equality", "legality_constitutionality",
        "policy_prescription_and_evaluation", "crime_and_punishment", "security_and_defense", "health_and_safety", "quality_of_life",
        "cultural_identity", "public_opinion", "political", "external_regulation_and_reputation",
    ),
}  # fmt: skip
"""Codes that the encoder has a head for, by codebook (*resolution* is the narrative-framing corpus's, not responsibility)."""
FRAMES = tuple(f"{book}.{code}" for book, codes in FRAME_CODES.items() for code in codes)
"""Columns of the ``frame`` head."""
STANCES = ("against", "neutral", "favour")
"""Columns of :meth:`StanceModel.predict`."""
VOICES = ("narrator", "source")
"""Whose evaluation the stance model tells apart."""

FloatArray = NDArray[np.float32]
CLS, SEP = 101, 102
WEIGHTS = Path(__file__).parent / "weights"
LENGTH_STEP = 8
"""Batches are padded to a multiple of this many pieces, so only some thirty shapes ever occur."""


# --- sessions --------------------------------------------------------------------------------------------------------


def _session(file: Path, threads: int | None) -> onnxruntime.InferenceSession:
    import onnxruntime

    if os.environ.get("ORT_DISABLE_TELEMETRY") == "1":  # for programs that imported it before this package
        onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    # int8 weights become float32 constants at load; without this ONNX Runtime would fuse them into int8 arithmetic,
    # whose activation scales depend on the batch
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    options.intra_op_num_threads = threads or int(os.environ.get("FRAMING_THREADS", "0")) or allowed
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _tokenizer(file: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _folder(kind: str, name: str) -> Path:
    """Find a model's folder: a shipped name, or a path to a folder with ``model.onnx``."""
    shipped = {"default": WEIGHTS / kind}
    folder = shipped.get(name, Path(name))
    if not (folder / "model.onnx").is_file():
        known = sorted(path.parent.name for path in WEIGHTS.glob("*/model.onnx"))
        raise FileNotFoundError(
            f"no model {name!r}: expected 'default' or a folder holding model.onnx and tokenizer.json, found no file "
            f"{folder / 'model.onnx'}; shipped with this package: {known}"
        )
    return folder


def _tokenizer_file(folder: Path) -> Path:
    own = folder / "tokenizer.json"
    return own if own.is_file() else WEIGHTS / "tokenizer.json"


def _file_hash(file: Path) -> str:
    return _hash_as_of(file, *_stamp(file))


def _stamp(file: Path) -> tuple[int, int]:
    """Size and time of last change: while they stay, the file is taken to be the same."""
    status = file.stat()
    return status.st_size, status.st_mtime_ns


@functools.lru_cache(maxsize=32)
def _hash_as_of(file: Path, size: int, changed: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _batches(lengths: Sequence[int], batch_pieces: int) -> Iterator[tuple[list[int], int]]:
    """Group rows of similar length; yield rows and the padded length they share."""
    rows: list[int] = []
    padded = 0
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        length = -(-lengths[row] // LENGTH_STEP) * LENGTH_STEP
        if rows and (len(rows) + 1) * length > batch_pieces:
            yield rows, padded
            rows = []
        rows.append(row)
        padded = length
    if rows:
        yield rows, padded


# --- the shared encoder ----------------------------------------------------------------------------------------------


@dataclass
class PassageOutput:
    """What the heads say of one passage: token rows per piece, sentence rows in order of first appearance."""

    tokens: dict[str, FloatArray]
    tags: dict[str, NDArray[np.int8]]
    vectors: FloatArray
    loaded: FloatArray
    frame: FloatArray


class Encoder:
    """The shared encoder: one pass over a passage, every head read off the same hidden states.

    Parameters
    ----------
    folder : Path
        Holds ``model.onnx`` and, unless it is the package's own, ``tokenizer.json``.
    threads : int, optional
        Threads of one pass; by default one per core this process may use.

    Attributes
    ----------
    name : str
        ``name@version``, where the version is the start of the file's SHA-256: what ``annotator`` columns record.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.folder = folder
        self.threads = threads
        self.version = _file_hash(folder / "model.onnx")[:12]
        self.name = f"framing-{folder.name}@{self.version}"

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, without truncation or padding."""
        return _tokenizer(_tokenizer_file(self.folder))

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The ONNX Runtime session, made on first use."""
        return _session(self.folder / "model.onnx", self.threads)

    @cached_property
    def _crf(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        stored = json.loads(self.session.get_modelmeta().custom_metadata_map["crf"])
        arrays = [np.array(stored[key], dtype=np.float32) for key in ("transitions", "first", "last")]
        return arrays[0], arrays[1], arrays[2]

    @cached_property
    def frame_bars(self) -> dict[str, float]:
        """Probability from which each frame counts as present; 0.5 where the file says nothing."""
        stored = json.loads(self.session.get_modelmeta().custom_metadata_map.get("frame_bars", "{}"))
        return {frame: float(stored.get(frame, 0.5)) for frame in FRAMES}

    def run(
        self, passages: Sequence[Passage], features: Sequence[NDArray[np.int32]], batch_pieces: int = 1024
    ) -> list[PassageOutput]:
        """Encode passages; results are in the order given and do not depend on what is batched together.

        Parameters
        ----------
        passages : sequence of framing.encode.Passage
        features : sequence of ndarray
            :func:`framing.encode.features` of the same passages.
        batch_pieces : int
            Word pieces per batch, padding included.

        Returns
        -------
        list of PassageOutput
        """
        out: dict[int, PassageOutput] = {}
        for rows, length in _batches([len(passage) + 2 for passage in passages], batch_pieces):
            places = [_places(passages[row]) for row in rows]
            inputs = _passage_inputs([passages[row] for row in rows], [features[row] for row in rows], places, length)
            heads = dict(zip(self._outputs, self.session.run(self._outputs, inputs), strict=True))
            sizes = [len(passages[row]) for row in rows]
            read = self._read(heads, sizes, [max(place) + 1 for place in places])
            out |= dict(zip(rows, read, strict=True))
        return [out[row] for row in range(len(passages))]

    @cached_property
    def _outputs(self) -> list[str]:
        return [output.name for output in self.session.get_outputs()]

    def _read(
        self, heads: dict[str, FloatArray], pieces: Sequence[int], sentences: Sequence[int]
    ) -> Iterator[PassageOutput]:
        """Decode the passages of one batch; padding is cut off."""
        token = {name: heads[name][:, 1:-1] for name in ("attribution", "names", "loaded_word")}
        lengths = np.asarray(pieces)
        paths = viterbi_batch(token["attribution"], lengths, *self._crf)
        marginals = _marginals(token["attribution"], lengths, *self._crf)
        names = _log_softmax(token["names"])
        name_paths = viterbi_batch(names, lengths, *_name_grammar(names.shape[2])).astype(np.int8)
        words = _log_softmax(token["loaded_word"])
        loaded = (1.0 / (1.0 + np.exp(-heads["loaded"]))).astype(np.float32)
        for at, (n, m) in enumerate(zip(pieces, sentences, strict=True)):
            tags, tokens = _by_role(paths[at, :n], marginals[at, :n])
            tags["names"], tokens["names"], tokens["loaded_word"] = name_paths[at, :n], names[at, :n], words[at, :n]
            yield PassageOutput(tokens, tags, heads["vectors"][at, :m], loaded[at, :m], heads["frame"][at, :m])


def _places(passage: Passage) -> list[int]:
    """Number a passage's sentences from 0 in order of appearance."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(row, len(numbers)) for row in passage.sentence]


def _passage_inputs(
    passages: Sequence[Passage], features: Sequence[NDArray[np.int32]], places: Sequence[list[int]], length: int
) -> dict[str, NDArray[Any]]:
    count, sentences = len(passages), max(max(place) for place in places) + 1
    ids, mask, flags = (np.zeros((count, length), dtype=np.int64) for _ in range(3))
    members = np.zeros((count, sentences, length), dtype=np.float32)
    for row, passage in enumerate(passages):
        end = len(passage) + 1
        ids[row, 0], ids[row, 1:end], ids[row, end] = CLS, passage.ids, SEP
        mask[row, : end + 1] = 1
        flags[row, 1:end] = features[row]
        members[row, places[row], np.arange(1, end)] = 1.0
    return {"ids": ids, "mask": mask, "features": flags, "members": members}


@cache
def load_encoder(name: str = "default", *, threads: int | None = None) -> Encoder:
    """Load the shared encoder: ``"default"`` is the shipped one, anything else a folder with ``model.onnx``.

    A model asked for again is the one already loaded, unless its file has changed.
    """
    folder = _folder("encoder-shared", name)
    return _encoder_as_of(folder, threads, *_stamp(folder / "model.onnx"))


@functools.lru_cache(maxsize=2)
def _encoder_as_of(folder: Path, threads: int | None, size: int, changed: int) -> Encoder:
    return Encoder(folder, threads)


# --- sequences -------------------------------------------------------------------------------------------------------


def viterbi(scores: FloatArray, transitions: FloatArray, first: FloatArray, last: FloatArray) -> NDArray[np.int64]:
    """Find the best tag sequence.

    Parameters
    ----------
    scores : ndarray, shape (n, tags)
    transitions : ndarray, shape (tags, tags)
        Score of going from the row's tag to the column's.
    first, last : ndarray, shape (tags,)

    Returns
    -------
    ndarray of int, shape (n,)
    """
    path: NDArray[np.int64] = viterbi_batch(scores[None], np.array([len(scores)]), transitions, first, last)[0]
    return path


def viterbi_batch(
    scores: FloatArray, lengths: NDArray[np.int64], transitions: FloatArray, first: FloatArray, last: FloatArray
) -> NDArray[np.int64]:
    """Find the best tag sequence of each row; a row's result does not depend on the others.

    Parameters
    ----------
    scores : ndarray, shape (rows, n, tags)
    lengths : ndarray of int, shape (rows,)
        Steps of each row that count, at least 1; what follows is padding.
    transitions, first, last : ndarray
        As for :func:`viterbi`.

    Returns
    -------
    ndarray of int, shape (rows, n)
        Arbitrary in the padding.
    """
    rows, steps, _ = scores.shape
    back = np.zeros(scores.shape, dtype=np.int8)
    best = scores[:, 0] + first
    ends = np.where((lengths == 1)[:, None], best + last, 0.0)
    across = np.ascontiguousarray(transitions.T)  # [to, from]: the best way to come is sought along the last axis
    for step in range(1, steps):
        ways = best[:, None, :] + across
        back[:, step] = ways.argmax(2)
        best = ways.max(2) + scores[:, step]
        ending = lengths == step + 1
        ends[ending] = best[ending] + last
    out = np.zeros((rows, steps), dtype=np.int64)
    each = np.arange(rows)
    out[each, lengths - 1] = ends.argmax(1)
    for step in range(steps - 1, 0, -1):
        inside = step < lengths
        out[inside, step - 1] = back[each[inside], step, out[inside, step]]
    return out


def _marginals(
    scores: FloatArray, lengths: NDArray[np.int64], transitions: FloatArray, first: FloatArray, last: FloatArray
) -> FloatArray:
    """Probability of each tag at each piece of each row, by the forward-backward recursion; arbitrary in the padding."""
    rows, steps, tags = scores.shape
    moves = np.exp(transitions - transitions.max()).astype(np.float64)
    local = np.exp(scores - scores.max(2, keepdims=True)).astype(np.float64)
    start, stop = np.exp(first - first.max()), np.exp(last - last.max())
    forward, backward = np.zeros((rows, steps, tags)), np.zeros((rows, steps, tags))
    now = _unit(local[:, 0] * start)
    forward[:, 0] = now
    for step in range(1, steps):
        now = _unit((now[:, :, None] * moves).sum(1) * local[:, step])
        forward[:, step] = now
    now = np.broadcast_to(stop, (rows, tags))
    for step in range(steps - 1, -1, -1):
        if step < steps - 1:
            further = _unit((moves * (now * local[:, step + 1])[:, None, :]).sum(2))
            now = np.where((step < lengths - 1)[:, None], further, stop)
        backward[:, step] = now
    both = forward * backward
    return np.asarray(both / both.sum(2, keepdims=True), dtype=np.float32)


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values / values.sum(1, keepdims=True), dtype=np.float64)


def _by_role(
    path: NDArray[np.int64], marginals: FloatArray
) -> tuple[dict[str, NDArray[np.int8]], dict[str, FloatArray]]:
    """Split the joint tags into O, B, I per role."""
    tags: dict[str, NDArray[np.int8]] = {}
    tokens: dict[str, FloatArray] = {}
    for number, role in enumerate(ROLES):
        begin = 1 + 2 * number
        tags[role] = np.where(path == begin, 1, np.where(path == begin + 1, 2, 0)).astype(np.int8)
        inside = marginals[:, begin : begin + 2]
        whole = np.concatenate([1.0 - inside.sum(1, keepdims=True), inside], 1)
        tokens[role] = np.log(np.clip(whole, 1e-9, 1.0)).astype(np.float32)
    return tags, tokens


def _log_softmax(scores: FloatArray) -> FloatArray:
    shifted = scores - scores.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)), dtype=np.float32)


@functools.cache
def _name_grammar(tags: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Transitions in which an I only follows a B or I of its kind, first and last scores."""
    allowed = np.zeros((tags, tags), dtype=np.float32)
    first = np.zeros(tags, dtype=np.float32)
    for inside in range(2, tags, 2):
        allowed[:, inside] = -1e4
        allowed[[inside - 1, inside], inside] = 0.0
        first[inside] = -1e4
    return allowed, first, np.zeros(tags, dtype=np.float32)


def _structured(logs: FloatArray) -> NDArray[np.int8]:
    """Best sequence in which an I only follows a B or I of its kind."""
    return viterbi(logs, *_name_grammar(logs.shape[1])).astype(np.int8)


def decode_spans(tokens: Tokens, role: str) -> list[tuple[str, int, int, float]]:
    """Read the spans of one role off the token heads.

    Parameters
    ----------
    tokens : framing.encode.Tokens
    role : {"source", "cue", "content"}

    Returns
    -------
    list of (part, start, end, confidence)
        Half-open character offsets, in reading order. The confidence is the probability of the span's least certain
        piece (of its tag, B or I).

    Raises
    ------
    ValueError
        If there is no such role.
    """
    if role not in ROLES:
        raise ValueError(f"no role {role!r}: expected one of {list(ROLES)}; names are read by decode_names")
    return [(part, start, end, confidence) for part, start, end, _, confidence in _spans(tokens, role)]


def decode_names(tokens: Tokens) -> list[tuple[str, int, int, str, float]]:
    """Read names off the token heads: (part, start, end, kind, confidence), kind one of :data:`NAME_KINDS`."""
    return [(p, start, end, NAME_KINDS[kind], c) for p, start, end, kind, c in _spans(tokens, "names")]


def _spans(tokens: Tokens, head: str) -> Iterator[tuple[str, int, int, int, float]]:
    from framing.encode import PARTS

    if len(tokens) == 0:
        return
    logs = tokens.heads[head]
    edges = [0, *(np.flatnonzero(np.diff(tokens.passage)) + 1).tolist(), len(tokens)]
    for low, high in pairwise(edges):
        path = tokens.tags[head][low:high] if head in tokens.tags else _structured(logs[low:high])
        for first, last, kind in _runs(path.tolist()):
            rows = np.arange(first, last)
            confidence = float(np.exp(logs[low + rows, path[rows]].min()))
            part = PARTS[int(tokens.part[low + first])]
            yield part, int(tokens.start[low + first]), int(tokens.end[low + last - 1]), kind, confidence


def _runs(path: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    begin, kind = -1, -1
    for place, tag in enumerate([*path, 0]):
        current = (tag - 1) // 2 if tag > 0 else -1
        if begin >= 0 and (current != kind or tag % 2 == 1):
            yield begin, place, kind
            begin = -1
        if current >= 0 and begin < 0:
            begin, kind = place, current


# --- stance ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StanceRequest:
    """One question to the stance model: what `sentence` says toward `target`.

    Parameters
    ----------
    sentence : str
    target : str
        A name (kind ``entity``) or a sentence (kind ``proposition``).
    kind : {"entity", "proposition"}
    mention : tuple of int, optional
        Half-open offsets in `sentence` of the words that mean the target; None where it is not mentioned or not known.
    """

    sentence: str
    target: str
    kind: Literal["entity", "proposition"] = "entity"
    mention: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse offsets that are not in the sentence, and unknown kinds."""
        if self.kind not in ("entity", "proposition"):
            raise ValueError(f"kind must be 'entity' or 'proposition', found {self.kind!r}")
        if self.mention is not None:
            start, end = self.mention
            if not 0 <= start < end <= len(self.sentence):
                raise ValueError(
                    f"mention {self.mention} lies outside the sentence of {len(self.sentence)} characters; offsets are "
                    "half-open and count from the sentence's start"
                )


@dataclass
class StanceInput:
    """A request as word pieces, special tokens included."""

    ids: list[int]
    features: list[int]
    segments: list[int]
    mention: list[int]


MAX_TARGET_PIECES = 48
MAX_STANCE_PIECES = 256


def stance_input(request: StanceRequest, tokenizer: Tokenizer) -> StanceInput:
    """Lay out ``[CLS] target [SEP] sentence [SEP]``; the mention is marked by its pieces' features.

    A sentence that is too long is cut around the mention.
    """
    from framing.encode import letter_case

    target = tokenizer.encode(request.target, add_special_tokens=False)
    sentence = tokenizer.encode(request.sentence, add_special_tokens=False)
    target_ids = target.ids[:MAX_TARGET_PIECES]
    marked = [False] * len(sentence.ids)
    if request.mention is not None:
        start, end = request.mention
        marked = [left < end and right > start for left, right in sentence.offsets]
    room = MAX_STANCE_PIECES - len(target_ids) - 3
    begin = max(0, min(marked.index(True) - room // 2, len(marked) - room)) if any(marked) else 0
    window = slice(begin, begin + room)
    ids, offsets, inside = sentence.ids[window], sentence.offsets[window], marked[window]
    head = [0, *(letter_case(request.target[a:b]) for a, b in target.offsets[:MAX_TARGET_PIECES]), 0]
    tail = [letter_case(request.sentence[a:b]) + 5 * m for (a, b), m in zip(offsets, inside, strict=True)]
    points = [0] * len(head) + [int(m) for m in inside] + [0]
    if not any(points):
        points = [0, *([1] * len(target_ids)), *([0] * (len(ids) + 2))]
    return StanceInput(
        [CLS, *target_ids, SEP, *ids, SEP],
        [*head, *tail, 0],
        [0] * len(head) + [1] * (len(ids) + 1),
        points,
    )


def stack_stance(inputs: Sequence[StanceInput], length: int) -> dict[str, NDArray[np.int64]]:
    """Pad inputs to a common length."""
    out = {
        name: np.zeros((len(inputs), length), dtype=np.int64)
        for name in ("ids", "mask", "features", "segments", "mention")
    }
    for row, item in enumerate(inputs):
        size = len(item.ids)
        out["mask"][row, :size] = 1
        for name in ("ids", "features", "segments", "mention"):
            out[name][row, :size] = getattr(item, name)
    return out


class StanceModel:
    """Stance of a sentence toward a target, entity or proposition; probabilities are temperature-scaled on dev.

    Parameters
    ----------
    folder : Path
    threads : int, optional
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.folder = folder
        self.threads = threads
        self.version = _file_hash(folder / "model.onnx")[:12]
        self.name = f"framing-{folder.name}@{self.version}"

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, without truncation or padding."""
        return _tokenizer(_tokenizer_file(self.folder))

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The ONNX Runtime session, made on first use."""
        return _session(self.folder / "model.onnx", self.threads)

    @cached_property
    def temperatures(self) -> dict[str, float]:
        """Divisor of the logits per kind of target."""
        stored: dict[str, float] = json.loads(self.session.get_modelmeta().custom_metadata_map["temperatures"])
        return stored

    def predict(self, requests: Sequence[StanceRequest], *, batch_pieces: int = 1024) -> FloatArray:
        """Judge requests.

        Parameters
        ----------
        requests : sequence of StanceRequest
        batch_pieces : int
            Word pieces per batch, padding included.

        Returns
        -------
        ndarray of float32, shape (n, 3)
            Probabilities of :data:`STANCES`: against, neutral, favour.
        """
        return self.judge(requests, batch_pieces=batch_pieces)[0]

    def judge(self, requests: Sequence[StanceRequest], *, batch_pieces: int = 1024) -> tuple[FloatArray, FloatArray]:
        """Judge requests, and say how probable evaluation by each voice is.

        Returns
        -------
        ndarray of float32, shape (n, 3)
            As of :meth:`predict`.
        ndarray of float32, shape (n, 2, 3)
            The same toward entities if the sentence is spoken by each of :data:`VOICES`, as learnt from hand codes that tell
            evaluation from reported conduct; nan where the model has not learnt it.
        """
        inputs = [stance_input(request, self.tokenizer) for request in requests]
        return self.read(inputs, [request.kind for request in requests], batch_pieces=batch_pieces)

    def read(
        self, inputs: Sequence[StanceInput], kinds: Sequence[str] | None = None, *, batch_pieces: int = 1024
    ) -> tuple[FloatArray, FloatArray]:
        """Judge requests that are word pieces already; their kinds are ``entity`` if not given."""
        out = np.zeros((len(inputs), 3), dtype=np.float32)
        evaluation = np.full((len(inputs), len(VOICES), 3), np.nan, dtype=np.float32)
        names = [output.name for output in self.session.get_outputs()]
        for rows, length in _batches([len(item.ids) for item in inputs], batch_pieces):
            heads = self.session.run(names, stack_stance([inputs[row] for row in rows], length))
            found = dict(zip(names, heads, strict=True))
            for at, row in enumerate(rows):
                kind = kinds[row] if kinds is not None else "entity"
                out[row] = np.exp(_log_softmax(found[kind][at] / self.temperatures[kind]))
                if "evaluation" in found:
                    evaluation[row] = np.exp(_log_softmax(found["evaluation"][at]))
        return out, evaluation


@cache
def load_stance(name: str = "default", *, threads: int | None = None) -> StanceModel:
    """Load the stance model: ``"default"`` is the shipped one, anything else a folder with ``model.onnx``.

    A model asked for again is the one already loaded, unless its file has changed.
    """
    folder = _folder("encoder-stance", name)
    return _stance_as_of(folder, threads, *_stamp(folder / "model.onnx"))


def load_statement() -> StanceModel:
    """Load the shipped model of agreement with statements; of its answers those to propositions count.

    It is a network of the same form as the stance model, trained on statements about any matter (``experiments/encoder-statement``).
    """
    folder = _folder("encoder-statement", "default")
    return _stance_as_of(folder, None, *_stamp(folder / "model.onnx"))


@functools.lru_cache(maxsize=4)
def _stance_as_of(folder: Path, threads: int | None, size: int, changed: int) -> StanceModel:
    return StanceModel(folder, threads)


# --- models the user names -------------------------------------------------------------------------------------------


class HuggingFaceClassifier:
    """Any text classifier of the Hugging Face hub (or a local folder), its labels mapped explicitly.

    Parameters
    ----------
    name : str
        Hub name or folder.
    labels : mapping of str to str
        The model's own labels to the task's, all of them; labels such as ``LABEL_0`` mean nothing by themselves, so
        nothing is guessed.
    device : int or str
        As transformers takes it; -1 is the CPU.
    batch_size : int

    Examples
    --------
    >>> classifier = HuggingFaceClassifier("org/name", {"LABEL_0": "plain", "LABEL_1": "loaded"})
    >>> classifier.labels
    ('plain', 'loaded')
    """

    def __init__(self, name: str, labels: Mapping[str, str], *, device: int | str = -1, batch_size: int = 32) -> None:
        self.model_name = name
        self.mapping = dict(labels)
        self.labels = tuple(dict.fromkeys(self.mapping.values()))
        self.device = device
        self.batch_size = batch_size
        self.name = name

    @cached_property
    def _pipeline(self) -> Any:
        try:
            from transformers import pipeline
        except ImportError as error:
            raise ImportError(
                f"running {self.model_name!r} needs transformers and torch: pip install 'framing[train]'"
            ) from error
        made = pipeline("text-classification", model=self.model_name, device=self.device, top_k=None)
        own = set((made.model.config.id2label or {}).values())
        if own != set(self.mapping):
            raise ValueError(
                f"{self.model_name} has the labels {sorted(own)} but the mapping names {sorted(self.mapping)}; "
                f"map each of the model's labels to one of the task's, for instance {min(own)}=plain"
            )
        return made

    def predict(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> FloatArray:
        """Classify texts (with `pairs` as second texts, such as targets); columns follow ``labels``."""
        items: list[Any] = list(texts)
        if pairs is not None:
            items = [{"text": text, "text_pair": pair} for text, pair in zip(texts, pairs, strict=True)]
        out = np.zeros((len(items), len(self.labels)), dtype=np.float32)
        if not items:
            return out
        results = self._pipeline(items, batch_size=self.batch_size, truncation=True)
        for row, scores in enumerate(results):
            for entry in scores:
                out[row, self.labels.index(self.mapping[entry["label"]])] += entry["score"]
        return out


# --- cards -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """What is known of a shipped model: TOML front matter as `facts`, then Markdown."""

    name: str
    facts: dict[str, Any] = field(hash=False)
    text: str
    file: Path

    @property
    def sha256(self) -> str:
        """Checksum of the weights the card was written for."""
        return str(self.facts["sha256"])

    def describe(self) -> dict[str, Any]:
        """Give the facts a list shows: name, version, bytes, tasks, validated domains."""
        weights = self.file.parent / "model.onnx"
        return {
            "name": self.name,
            "version": self.sha256[:12],
            "bytes": weights.stat().st_size if weights.is_file() else 0,
            "tasks": ", ".join(self.facts.get("tasks", [])),
            "sha256": self.sha256,
            "validated_domains": self.facts.get("validated_domains", []),
            "data": [entry["name"] for entry in self.facts.get("data", [])],
        }

    @property
    def matches_weights(self) -> bool:
        """Tell whether the card describes the weights beside it."""
        return _file_hash(self.file.parent / "model.onnx") == self.sha256


def cards() -> list[Card]:
    """List the cards of the shipped models, by name."""
    return [_card(file) for file in sorted(WEIGHTS.glob("*/card.md"))]


def _card(file: Path) -> Card:
    text = file.read_text(encoding="utf-8")
    _, front, body = text.split("+++\n", 2)
    return Card(file.parent.name, tomllib.loads(front), body.strip() + "\n", file)
