"""The networks in torch: a small BERT encoder, the shared heads, the stance heads, a linear-chain CRF."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from framing.encode import N_FEATURES
from framing.models import ATTRIBUTION_TAGS, FRAMES, NAME_TAGS, VOICES

__all__ = ["Crf", "Evaluation", "MiniBert", "SharedNetwork", "StanceNetwork"]


class Layer(nn.Module):
    """One transformer layer, post-norm as in BERT and MPNet."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float, epsilon: float = 1e-12) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.attended = (nn.Linear(width, width) for _ in range(4))
        self.norm_attention = nn.LayerNorm(width, eps=epsilon)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm_output = nn.LayerNorm(width, eps=epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Attend, then transform; `bias`, added to the scores, is very negative where padding would be attended to."""
        batch, length, width = hidden.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        query, key, value = split(self.query(hidden)), split(self.key(hidden)), split(self.value(hidden))
        # written out: on CPUs the fused attention's backward pass costs more than these products
        scores = (query * (width // self.heads) ** -0.5) @ key.transpose(2, 3)
        mixed = torch.softmax(scores + bias.to(scores.dtype), -1, dtype=scores.dtype) @ value
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        hidden = self.norm_attention(hidden + self.attended(mixed))
        return cast(Tensor, self.norm_output(hidden + self.dropout(self.down(functional.gelu(self.up(hidden))))))


class MiniBert(nn.Module):
    """A BERT or MPNet encoder whose weights load from a Hugging Face folder, with one extra embedding of piece features.

    MPNet (Song et al. 2020) differs in a bias on the attention by the distance of two pieces, one table for all layers. Its
    vocabulary is BERT's, moved by a few places, so both read the same pieces.
    """

    def __init__(self, config: dict[str, int], features: int = N_FEATURES, dropout: float = 0.1) -> None:
        super().__init__()
        width = config["hidden_size"]
        buckets = config.get("relative_attention_num_buckets", 0)
        epsilon = 1e-5 if buckets else 1e-12
        self.config = config
        self.words = nn.Embedding(config["vocab_size"], width)
        self.positions = nn.Embedding(config["max_position_embeddings"], width)
        self.segments = nn.Embedding(2, width)
        self.features = nn.Embedding(features, width)
        nn.init.zeros_(self.features.weight)
        self.norm = nn.LayerNorm(width, eps=epsilon)
        self.dropout = nn.Dropout(dropout)
        self.distance = nn.Embedding(buckets, config["num_attention_heads"]) if buckets else None
        shape = (width, config["num_attention_heads"], config["intermediate_size"], dropout, epsilon)
        self.layers = nn.ModuleList(Layer(*shape) for _ in range(config["num_hidden_layers"]))

    @classmethod
    def from_folder(cls, folder: Path) -> MiniBert:
        """Load the weights of a BERT or MPNet folder (``config.json``, ``model.safetensors``)."""
        keys = "hidden_size vocab_size max_position_embeddings num_attention_heads intermediate_size num_hidden_layers"
        read = json.loads((folder / "config.json").read_text())
        mpnet = read.get("model_type") == "mpnet"
        config = {key: int(read[key]) for key in keys.split()}
        prefix = "mpnet." if mpnet else "bert."
        tensors = {name.removeprefix(prefix): t for name, t in load_file(folder / "model.safetensors").items()}
        if mpnet:
            config |= {key: int(read[key]) for key in ("relative_attention_num_buckets",)}
            config |= {"vocab_size": config["vocab_size"] - 5, "max_position_embeddings": 512}
            tensors = _as_bert(tensors)
        model = cls(config)
        state = {own: tensors[theirs] for theirs, own in _names(len(model.layers)).items() if theirs in tensors}
        if mpnet:
            state["distance.weight"] = tensors["encoder.relative_attention_bias.weight"]
        missing = set(model.state_dict()) - set(state) - {"features.weight"}
        if missing:
            raise ValueError(f"{folder} lacks the weights {sorted(missing)}")
        model.load_state_dict(state, strict=False)
        return model

    def forward(self, ids: Tensor, mask: Tensor, features: Tensor, segments: Tensor | None = None) -> Tensor:
        """Encode pieces (batch, length) to hidden states (batch, length, width); `mask` is 1 on pieces."""
        hidden = self.embed(ids, features, segments)
        return self.through(hidden, mask, 0, len(self.layers))

    def embed(self, ids: Tensor, features: Tensor, segments: Tensor | None = None) -> Tensor:
        """Look pieces up: what the first layer reads."""
        places = torch.arange(ids.shape[1], device=ids.device)
        embedded = self.words(ids) + self.positions(places)[None] + self.features(features)
        embedded = embedded + (self.segments.weight[0] if segments is None else self.segments(segments))
        return cast(Tensor, self.dropout(self.norm(embedded)))

    def through(self, hidden: Tensor, mask: Tensor, first: int, last: int) -> Tensor:
        """Pass hidden states through the layers `first` to `last` (past the end)."""
        return self.along(hidden, mask, self.layers[first:last])

    def along(self, hidden: Tensor, mask: Tensor, layers: Iterable[nn.Module]) -> Tensor:
        """Pass hidden states through layers, the encoder's or others like them."""
        bias = (1.0 - mask[:, None, None, :].to(torch.float32)) * -1e9
        if self.distance is not None:
            bias = bias + self.distance(_distances(mask.shape[1], self.distance.num_embeddings)).permute(2, 0, 1)
        if torch.is_autocast_enabled("cpu"):
            hidden = hidden.to(torch.get_autocast_dtype("cpu"))  # keeps the residual stream from going back and forth
        for layer in layers:
            hidden = layer(hidden, bias)
        return hidden


def _as_bert(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give MPNet's weights BERT's names and BERT's numbering of pieces (four special ones stand before MPNet's own)."""
    renamed = {
        name.replace("attention.attn.q.", "attention.self.query.")
        .replace("attention.attn.k.", "attention.self.key.")
        .replace("attention.attn.v.", "attention.self.value.")
        .replace("attention.attn.o.", "attention.output.dense.")
        .replace("attention.LayerNorm.", "attention.output.LayerNorm."): tensor
        for name, tensor in tensors.items()
    }
    stored = renamed["embeddings.word_embeddings.weight"]
    words = stored[4:-1].clone()
    for place, special in ((0, 1), (101, 0), (102, 2)):  # padding, start and end
        words[place] = stored[special]
    renamed["embeddings.word_embeddings.weight"] = words
    renamed["embeddings.position_embeddings.weight"] = renamed["embeddings.position_embeddings.weight"][2:].clone()
    renamed["embeddings.token_type_embeddings.weight"] = torch.zeros(2, words.shape[1])
    return renamed


def _distances(length: int, buckets: int, furthest: int = 128) -> Tensor:
    """Bucket of the distance of each piece (column) from each other (row), as in T5 (Raffel et al. 2020)."""
    places = torch.arange(length)
    away = places[None] - places[:, None]
    half, exact = buckets // 2, buckets // 4
    size = away.abs()
    far = exact + (torch.log(size.clamp(min=1) / exact) / math.log(furthest / exact) * (half - exact)).long()
    return (away > 0).long() * half + torch.where(size < exact, size, far.clamp(max=half - 1))


def _names(layers: int) -> dict[str, str]:
    """Map Hugging Face's weight names to ours."""
    out = {
        "embeddings.word_embeddings.weight": "words.weight",
        "embeddings.position_embeddings.weight": "positions.weight",
        "embeddings.token_type_embeddings.weight": "segments.weight",
        "embeddings.LayerNorm.weight": "norm.weight",
        "embeddings.LayerNorm.bias": "norm.bias",
    }
    inner = {
        "attention.self.query": "query",
        "attention.self.key": "key",
        "attention.self.value": "value",
        "attention.output.dense": "attended",
        "attention.output.LayerNorm": "norm_attention",
        "intermediate.dense": "up",
        "output.dense": "down",
        "output.LayerNorm": "norm_output",
    }
    for number in range(layers):
        for theirs, own in inner.items():
            for kind in ("weight", "bias"):
                out[f"encoder.layer.{number}.{theirs}.{kind}"] = f"layers.{number}.{own}.{kind}"
    return out


class Crf(nn.Module):
    """Linear-chain conditional random field over tags (Lafferty et al. 2001)."""

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.first = nn.Parameter(torch.zeros(tags))
        self.last = nn.Parameter(torch.zeros(tags))

    def forward(self, scores: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Return the summed negative log-likelihood of `tags` (batch, length); `mask` is left-aligned and boolean."""
        lengths = mask.sum(1)
        safe = tags.clamp(min=0)
        gold = scores.gather(2, safe[..., None])[..., 0]
        steps = self.transitions[safe[:, :-1], safe[:, 1:]] * mask[:, 1:]
        final = self.last[safe.gather(1, (lengths - 1)[:, None])[:, 0]]
        path = (gold * mask).sum(1) + steps.sum(1) + self.first[safe[:, 0]] + final
        return (torch.logsumexp(self._forward_scores(scores, mask)[-1] + self.last, 1) - path).sum()

    def taught(self, scores: Tensor, mask: Tensor, tags: Tensor, pairs: Tensor) -> Tensor:
        """Return the summed negative log-likelihood expected under a teacher (structural distillation; Wang et al. 2021).

        `tags` (batch, length, tags) and `pairs` (batch, length - 1, tags, tags) are the teacher's marginal probabilities, 0
        past a passage's end.
        """
        lengths = mask.sum(1)
        final = tags.gather(1, (lengths - 1)[:, None, None].expand(-1, 1, tags.shape[2]))[:, 0]
        path = (scores * tags).sum((1, 2)) + (pairs * self.transitions).sum((1, 2, 3))
        path = path + (tags[:, 0] * self.first).sum(1) + (final * self.last).sum(1)
        return (torch.logsumexp(self._forward_scores(scores, mask)[-1] + self.last, 1) - path).sum()

    @torch.no_grad()
    def marginals(self, scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probability of each tag, and of each pair of neighbouring tags (forward-backward)."""
        alphas = self._forward_scores(scores, mask)
        beta = self.last.expand(len(scores), -1)
        betas = [beta]
        for step in range(scores.shape[1] - 1, 0, -1):
            moved = torch.logsumexp(self.transitions + (scores[:, step] + beta)[:, None], 2)
            beta = torch.where(mask[:, step, None], moved, self.last)
            betas.insert(0, beta)
        forward, backward = torch.stack(alphas, 1), torch.stack(betas, 1)
        total = torch.logsumexp(forward[:, -1] + self.last, 1)[:, None, None]
        tags = torch.exp(forward + backward - total) * mask[..., None]
        after = (scores + backward)[:, 1:, None, :]
        pairs = torch.exp(forward[:, :-1, :, None] + self.transitions + after - total[..., None])
        return tags, pairs * mask[:, 1:, None, None]

    def _forward_scores(self, scores: Tensor, mask: Tensor) -> list[Tensor]:
        """Log-sum of the paths that end in each tag, per piece; past a passage's end the last one's."""
        alphas = [self.first + scores[:, 0]]
        for step in range(1, scores.shape[1]):
            moved = torch.logsumexp(alphas[-1][:, :, None] + self.transitions, 1) + scores[:, step]
            alphas.append(torch.where(mask[:, step, None], moved, alphas[-1]))
        return alphas


class SharedNetwork(nn.Module):
    """The shared encoder with its token and sentence heads.

    Inputs: pieces ``ids``, ``mask`` and ``features`` (batch, length), ``[CLS]`` and ``[SEP]`` included, and
    ``members`` (batch, sentences, length): 1 where a piece belongs to a sentence.
    """

    def __init__(self, encoder: MiniBert) -> None:
        super().__init__()
        width = encoder.config["hidden_size"]
        self.encoder = encoder
        self.attribution = nn.Linear(width, len(ATTRIBUTION_TAGS))
        self.crf = Crf(len(ATTRIBUTION_TAGS))
        self.names = nn.Linear(width, len(NAME_TAGS))
        self.loaded_word = nn.Linear(width, 2)
        self.vector = nn.Linear(width, width)
        nn.init.eye_(self.vector.weight)
        nn.init.zeros_(self.vector.bias)
        self.attend = nn.Linear(width, 4)
        self.loaded = nn.Sequential(nn.Dropout(0.2), nn.Linear(4 * width, 128), nn.GELU(), nn.Linear(128, 1))
        self.frame = nn.Linear(width, len(FRAMES))
        self.dropout = nn.Dropout(0.1)

    def forward(self, ids: Tensor, mask: Tensor, features: Tensor, members: Tensor) -> dict[str, Tensor]:
        """Run every head; scores are float32."""
        hidden = self.encoder(ids, mask, features).float()
        with torch.autocast("cpu", enabled=False):
            return self.heads(hidden, members)

    def heads(self, hidden: Tensor, members: Tensor) -> dict[str, Tensor]:
        """Read the heads off hidden states."""
        dropped = self.dropout(hidden)
        share = members / members.sum(2, keepdim=True).clamp(min=1.0)
        vectors = self.vector(share @ hidden)
        vectors = vectors / vectors.pow(2).sum(-1, keepdim=True).clamp(min=1e-12).sqrt()
        outside = (members - 1.0) * 1e4
        weights = torch.softmax(self.attend(hidden).transpose(1, 2)[:, :, None, :] + outside[:, None], -1)
        pooled = (weights @ hidden[:, None]).transpose(1, 2).flatten(2)  # (batch, sentences, 4 * width)
        return {
            "attribution": self.attribution(dropped),
            "names": self.names(dropped),
            "loaded_word": self.loaded_word(dropped),
            "vectors": vectors,
            "loaded": self.loaded(pooled)[..., 0],
            "frame": self.frame(vectors),
        }


class Evaluation(nn.Module):
    """A second reading of the encoder's lower layers: layers of its own, and an output layer per voice.

    Coders of sentiment and coders of evaluation disagree about bad news, so what tells the one apart from the other is learnt
    beside the heads for entities and propositions, which stay as they are.
    """

    def __init__(self, encoder: MiniBert, depth: int) -> None:
        super().__init__()
        width = encoder.config["hidden_size"]
        self.layers = copy.deepcopy(encoder.layers[len(encoder.layers) - depth :])
        self.body = _body(width)
        self.voices = nn.Linear(width, 3 * len(VOICES))

    def forward(self, encoder: MiniBert, lower: Tensor, mask: Tensor, sentence: Tensor, mention: Tensor) -> Tensor:
        """Return logits (batch, voices, 3) from hidden states below the layers that are its own."""
        hidden = encoder.along(lower, mask, self.layers).float()
        with torch.autocast("cpu", enabled=False):
            return cast(Tensor, self.voices(self.body(_read(hidden, sentence, mention)))).view(-1, len(VOICES), 3)

    @torch.no_grad()
    def begin(self, network: StanceNetwork) -> None:
        """Start from what the network says of entities."""
        depth = len(network.encoder.layers) - len(self.layers)
        for own, theirs in zip(self.layers, network.encoder.layers[depth:], strict=True):
            own.load_state_dict(theirs.state_dict())
        self.body.load_state_dict(network.body.state_dict())
        self.voices.weight.copy_(network.entity.weight.repeat(len(VOICES), 1))
        self.voices.bias.copy_(network.entity.bias.repeat(len(VOICES)))


class StanceNetwork(nn.Module):
    """Stance of a sentence toward a target; the pair is encoded together, one output layer per kind of target.

    The classifier reads the first piece, the mean of the sentence's pieces and the mean of the marked mention (the
    whole target text where no mention is known). With `depth`, as many layers are there a second time for :class:`Evaluation`.
    """

    def __init__(self, encoder: MiniBert, depth: int = 0) -> None:
        super().__init__()
        width = encoder.config["hidden_size"]
        self.encoder = encoder
        self.body = _body(width)
        self.entity = nn.Linear(width, 3)
        self.proposition = nn.Linear(width, 3)
        self.evaluation = Evaluation(encoder, depth) if depth else None

    def forward(
        self, ids: Tensor, mask: Tensor, features: Tensor, segments: Tensor, mention: Tensor
    ) -> dict[str, Tensor]:
        """Return logits of against, neutral, favour: (batch, 3) per kind of target; of evaluation (batch, voices, 3)."""
        layers = len(self.encoder.layers)
        own = layers - (len(self.evaluation.layers) if self.evaluation is not None else 0)
        lower = self.encoder.through(self.encoder.embed(ids, features, segments), mask, 0, own)
        hidden = self.encoder.through(lower, mask, own, layers).float()
        sentence, marked = mask.float() * segments.float(), mention.float()
        with torch.autocast("cpu", enabled=False):
            body = self.body(_read(hidden, sentence, marked))
            heads = {"entity": self.entity(body), "proposition": self.proposition(body)}
        if self.evaluation is not None:
            heads["evaluation"] = self.evaluation(self.encoder, lower, mask, sentence, marked)
        return heads


def _body(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Dropout(0.1), nn.Linear(3 * width, width), nn.Tanh(), nn.Dropout(0.1))


def _read(hidden: Tensor, sentence: Tensor, mention: Tensor) -> Tensor:
    return torch.cat([hidden[:, 0], _mean(hidden, sentence), _mean(hidden, mention)], 1)


def _mean(hidden: Tensor, weights: Tensor) -> Tensor:
    return (weights[:, None] @ hidden)[:, 0] / weights.sum(1, keepdim=True).clamp(min=1.0)
