package io.heddle.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A sweep of a small model in two files, of which some points are no plans. */
final class SmallSweep {
  private static final String MODEL =
      """
      tfm 1
      model Small {
        param layers = 4, hidden = 64, heads = 8, ffn = 256, vocab = 1024, seq = 128
        dim b
        dim s = seq, h = hidden, voc = vocab, f = ffn
        dim n = heads, d = hidden / heads

        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a = rmsnorm(x)
          fused qkv {
            q[b s n d] = a * wq
            k[b s n d] = a * wk
            v[b s n d] = a * wv
          }
          o[b s n d] = attend(q, k, v, over = s, causal)
          y[b s h] = o * wo
          return x + y
        }

        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }

        embed tokens[voc h]
        stack layers of attention, mlp
        head  logits[h voc]
      }
      """;

  private static final String PLAN =
      """
      tfm 1
      import "std/clusters.tfm"
      import "parts/small.tfm"

      plan Desk of Small {
        mesh  pp = 1, dp = 1, tp = 8
        shard { b over dp  n f voc over tp  layers over pp  stream: s over tp }
        batch 8  micro_batch 1
        schedule one_f_one_b
        on    hgx_h100(nodes = 1)
      }

      sweep Many of Desk {
        tp in 1, 2, 3, 4
        pp in 1, 2, 4
        dp = 8 / (tp * pp)
        batch in %s
        schedule in gpipe, one_f_one_b, zero_bubble
        recompute in (), full
      }
      """;

  private SmallSweep() {}

  /**
   * Writes it into a folder.
   *
   * @param batches each of 48 points and of 24 that numbers rule out
   * @return the file of the sweep
   */
  static Path write(Path folder, int batches) {
    try {
      Files.createDirectories(folder.resolve("parts"));
      Files.writeString(folder.resolve("parts/small.tfm"), MODEL);
      String of =
          IntStream.rangeClosed(1, batches)
              .mapToObj(batch -> String.valueOf(8 * batch))
              .collect(Collectors.joining(", "));
      return Files.writeString(folder.resolve("many.tfm"), PLAN.formatted(of));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All lines of a folder of results, sorted. */
  static List<String> lines(Path results) {
    try (Stream<Path> files = Files.list(results)) {
      List<String> lines = new java.util.ArrayList<>();
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).sorted().toList()) {
        lines.addAll(Files.readAllLines(file));
      }
      lines.sort(String::compareTo);
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
