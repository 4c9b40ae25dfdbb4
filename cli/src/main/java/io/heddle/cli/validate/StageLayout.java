package io.heddle.cli.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/** How many layers each chunk of a pipeline has, as published rows say it. */
final class StageLayout {
  private static final int MOST_LAYERS = 4096;

  private StageLayout() {}

  /**
   * The layers of each chunk, in the order in which a micro-batch passes them; empty where all have
   * as many.
   */
  static List<Long> of(PublishedRow row, long layers, long chunks) throws CannotSayException {
    String layout = row.text("stage_layout");
    if (chunks == 1) {
      return List.of();
    }
    if (layout.equals("even")) {
      return layers % chunks == 0 ? List.of() : balanced(layers, chunks);
    }
    if (layout.equals("even_with_embed_loss")) {
      if ((layers + 2) % chunks != 0) {
        throw new CannotSayException(
            "%d layers, embedding and loss do not divide into %d chunks".formatted(layers, chunks));
      }
      List<Long> each = new ArrayList<>(Collections.nCopies((int) chunks, (layers + 2) / chunks));
      each.set(0, each.get(0) - 1);
      each.set((int) chunks - 1, each.get((int) chunks - 1) - 1);
      return each;
    }
    if (layout.startsWith("nanotron")) {
      return byCost(row, layers, chunks);
    }
    return spelled(row, layout, layers, chunks);
  }

  private static List<Long> balanced(long layers, long chunks) {
    return LongStream.range(0, chunks)
        .mapToObj(chunk -> layers / chunks + (chunk < layers % chunks ? 1 : 0))
        .toList();
  }

  /** Blocks are dealt out until a stage has its share of the cost; the head costs too. */
  private static List<Long> byCost(PublishedRow row, long layers, long chunks)
      throws CannotSayException {
    double hidden = row.number("hidden");
    double layer =
        hidden * (4.0 * row.number("heads") * row.number("head_dim") + 3.0 * row.number("ffn"));
    double all = layers * layer + hidden * row.number("vocab");
    long[] counts = new long[(int) chunks];
    int stage = 0;
    for (long i = 0; i < layers; i++) {
      counts[stage]++;
      if ((i + 1) * layer > all * (stage + 1) / chunks && stage < chunks - 1) {
        stage++;
      }
    }
    if (layers < chunks - 1) {
      throw new CannotSayException(
          "%d stages are more than %d layers and the head".formatted(chunks, layers));
    }
    // A plan has the head on the last stage, and elsewhere no stage without layers.
    for (int empty = counts.length - 2; empty > 0; empty--) {
      if (counts[empty] == 0) {
        int most = empty - 1;
        for (int before = most; before >= 0; before--) {
          most = counts[before] > counts[most] ? before : most;
        }
        for (int moved = most; moved < empty; moved++) {
          counts[moved]--;
          counts[moved + 1]++;
        }
      }
    }
    return Arrays.stream(counts).boxed().toList();
  }

  /** Megatron's own string: {@code t} a layer, {@code |} the next chunk, {@code *} repeats. */
  private static List<Long> spelled(PublishedRow row, String layout, long layers, long chunks)
      throws CannotSayException {
    StringBuilder text = new StringBuilder();
    expand(row, layout.replace(" ", ""), 0, text);
    List<Long> counts = new ArrayList<>();
    for (String chunk : text.toString().split("\\|", -1)) {
      counts.add(chunk.chars().filter(c -> c == 't' || c == 'm').count());
    }
    long sum = counts.stream().mapToLong(Long::longValue).sum();
    if (counts.size() != chunks) {
      throw new CannotSayException(
          "stage_layout has %d chunks, pp and vp make %d".formatted(counts.size(), chunks));
    }
    long predicting = text.chars().filter(c -> c == 'm').count();
    if (sum - predicting != layers) {
      throw new CannotSayException(
          "stage_layout has %d layers, the model %d".formatted(sum - predicting, layers));
    }
    return counts;
  }

  /** Writes what stands from a place on; returns where it ends. */
  private static int expand(PublishedRow row, String layout, int from, StringBuilder to) {
    int at = from;
    while (at < layout.length() && layout.charAt(at) != ')') {
      StringBuilder one = new StringBuilder();
      if (layout.charAt(at) == '(') {
        at = expand(row, layout, at + 1, one);
        if (at >= layout.length()) {
          throw row.wrong("stage_layout", "a bracket is not closed");
        }
      } else if ("EtmL|".indexOf(layout.charAt(at)) >= 0) {
        one.append(layout.charAt(at));
      } else {
        throw row.wrong("stage_layout", "`%s` is no layout of stages".formatted(layout));
      }
      at++;
      int count = 1;
      if (at < layout.length() && layout.charAt(at) == '*') {
        int end = at + 1;
        while (end < layout.length() && Character.isDigit(layout.charAt(end)) && end < at + 6) {
          end++;
        }
        if (end == at + 1) {
          throw row.wrong("stage_layout", "a number is missing behind `*`");
        }
        count = Integer.parseInt(layout.substring(at + 1, end));
        at = end;
      }
      if ((long) count * one.length() + to.length() > MOST_LAYERS) {
        throw row.wrong("stage_layout", "more than %,d layers".formatted(MOST_LAYERS));
      }
      to.append(one.toString().repeat(count));
    }
    return at;
  }
}
