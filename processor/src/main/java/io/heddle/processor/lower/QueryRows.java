package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Ragged;
import io.heddle.processor.model.Ragged.Segment;
import io.heddle.processor.model.VisibleKeys;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Queries that one kernel has on a rank, of one batch element, and the pairs that they make with
 * keys. Ranks that share the queries of a sequence have equal parts of its pairs.
 *
 * <p>In causal attention to s keys the i-th query, from 0, sees i + 1 of them, which makes s (s +
 * 1) / 2 pairs. If each query has at most n keys, they are m (2 s - m + 1) / 2, with m the smaller
 * of s and n. Behind c keys of a cache they are those of all s less those of the first c.
 *
 * @param suffix of the name of the kernel
 * @param sequences each of which sees its own keys
 * @param ofSequence tokens of each that have queries
 * @param keys that the last query of a sequence sees, at most
 * @param pairs of query and key of all sequences
 */
record QueryRows(String suffix, Size sequences, Size ofSequence, Size keys, Size pairs) {
  /** All tokens that have queries. */
  Size tokens() {
    return Size.product(sequences, ofSequence);
  }

  /**
   * What queries see.
   *
   * @param over the dimension of the queries, as {@code queries} splits it
   * @param keys the dimension of the keys, which are whole
   * @param most keys of a query; null: all that are visible
   */
  record Sight(
      VisibleKeys visible, Dim over, Dim keys, Sharding queries, @Nullable Size most, Span span) {
    private List<String> axes() {
      return queries.of(over);
    }

    /** Pairs of one sequence of n tokens, the i-th of which sees i. */
    private Size causal(Size n) {
      Size last = limited(n);
      Size twice =
          Size.product(
              last, Size.sum(Size.product(Size.of(2), n), Size.of(1), VisiblePairs.negative(last)));
      return Size.quotient(twice, Size.of(2), span);
    }

    private Size limited(Size n) {
      return most == null ? n : Size.smaller(n, most, span);
    }

    /** Pairs of queries behind so many keys of a cache. */
    private Size pairs(@Nullable Size before, Size tokens, Size all) {
      if (!visible.causal()) {
        return Size.product(tokens, limited(all));
      }
      return before == null
          ? causal(all)
          : Size.sum(causal(all), VisiblePairs.negative(causal(before)));
    }
  }

  /** The rows of each kernel: one, or in a mixed step one for prompts and one for the others. */
  static List<QueryRows> of(Sight sight) {
    Ragged row = sight.visible().ragged();
    if (row != null) {
      return List.of(prompts(sight, row.prompts()), decodes(sight, row.decodes()));
    }
    Size all = new Size.Extent(sight.keys(), List.of());
    Size before =
        sight.visible().before() == null ? null : new Size.Value(sight.visible().before());
    Size pairs = sight.pairs(before, new Size.Extent(sight.over(), List.of()), all);
    return List.of(
        new QueryRows(
            "",
            Size.of(1),
            new Size.Extent(sight.over(), sight.axes()),
            sight.limited(all),
            Size.share(pairs, sight.axes())));
  }

  /** Ranks share the tokens of each prompt. */
  private static QueryRows prompts(Sight sight, Segment segment) {
    Size sequences = new Size.Value(segment.sequences());
    Size tokens = new Size.Value(segment.tokens());
    return new QueryRows(
        RaggedAttention.PROMPTS,
        sequences,
        Size.share(tokens, sight.axes()),
        sight.limited(keys(segment)),
        Size.product(sequences, Size.share(pairs(sight, segment), sight.axes())));
  }

  /** Ranks share the sequences that decode. */
  private static QueryRows decodes(Sight sight, Segment segment) {
    Size sequences = Size.share(new Size.Value(segment.sequences()), sight.axes());
    return new QueryRows(
        "",
        sequences,
        new Size.Value(segment.tokens()),
        sight.limited(keys(segment)),
        Size.product(sequences, pairs(sight, segment)));
  }

  private static Size keys(Segment segment) {
    return Size.sum(new Size.Value(segment.before()), new Size.Value(segment.tokens()));
  }

  private static Size pairs(Sight sight, Segment segment) {
    return sight.pairs(
        new Size.Value(segment.before()), new Size.Value(segment.tokens()), keys(segment));
  }
}
