"""A plain SASRec in PyTorch, to compare the speed of training with. It needs PyTorch alone: nothing of this project.

    python benchmarks/sasrec.py LENGTHS.json --items 3416 --softmax sampled

prints the median seconds of a step and the real events (targets, without padding) that it trains in a second.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    """Attention and a feed-forward layer, each after a normalisation and added to its input."""

    def __init__(self, width: int, heads: int, dropout: float, attention_dropout: float) -> None:
        super().__init__()
        self.heads, self.attention_dropout = heads, attention_dropout
        self.attention_norm, self.feed_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, dropout_p=self.attention_dropout
        )
        x = x + self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, length, width)))
        return x + self.dropout(self.feed(self.feed_norm(x)))


class SASRec(nn.Module):
    """Self-attentive sequential recommendation (https://arxiv.org/abs/1808.09781): [B, T] items to [B, T, D]."""

    def __init__(
        self, items: int, width: int, length: int, blocks: int, heads: int, dropout: float, attention: float
    ) -> None:
        super().__init__()
        self.item = nn.Embedding(items + 1, width, padding_idx=0)
        self.position = nn.Embedding(length, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.Sequential(*(Block(width, heads, dropout, attention) for _ in range(blocks)))
        self.norm = nn.LayerNorm(width)
        nn.init.normal_(self.item.weight, std=0.05)
        nn.init.normal_(self.position.weight, std=0.05)

    def forward(self, items: torch.Tensor) -> torch.Tensor:
        x = self.item(items) + self.position.weight[: items.shape[1]]
        return self.norm(self.blocks(self.dropout(x)))


def loss_of(model: SASRec, windows: torch.Tensor, negatives: int) -> torch.Tensor:
    """The softmax loss of the real targets alone, over shared uniform negatives, or over all items if 0."""
    target = windows[:, 1:]
    real = target > 0
    queries, target = model(windows[:, :-1])[real], target[real]
    if not negatives:
        return functional.cross_entropy(queries @ model.item.weight.T, target)
    drawn = torch.randint(1, model.item.num_embeddings, (negatives,))
    own = (queries * model.item(target)).sum(-1, keepdim=True)
    others = (queries @ model.item(drawn).T).masked_fill(target[:, None] == drawn[None], -1e9)
    logits = torch.cat([own, others], dim=1)
    return functional.cross_entropy(logits, torch.zeros(len(target), dtype=torch.long))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lengths", type=Path, help="JSON: for each step, the targets that each window has")
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--negatives", type=int, default=0, help="0: a softmax over all items")
    parser.add_argument("--length", type=int, default=200)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--heads", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--attention-dropout", type=float, default=0.2)
    parser.add_argument("--warm-up", type=int, default=2, help="first steps that don't count")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    model = SASRec(
        args.items,
        args.width,
        args.length,
        args.blocks,
        args.heads,
        args.dropout,
        args.attention_dropout,
    ).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    seconds, tokens = [], 0
    for step, lengths in enumerate(json.loads(args.lengths.read_text())):
        windows = torch.randint(1, args.items + 1, (len(lengths), args.length + 1))
        windows *= torch.arange(args.length + 1)[None] <= torch.tensor(lengths)[:, None]
        begin = time.perf_counter()
        loss = loss_of(model, windows, args.negatives)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step >= args.warm_up:
            seconds.append(time.perf_counter() - begin)
            tokens += sum(lengths)
    figures = {"step": statistics.median(seconds), "tokens": tokens / sum(seconds)}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
