package io.heddle.plan.serving;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A time that is not to be exceeded.
 *
 * @param metric of requests
 * @param share which of its values
 */
public record Goal(Metric metric, Share share, double seconds) {
  /** As in {@code ttft p99}. */
  public String name() {
    return metric.word() + " " + share.word();
  }

  /** Times of requests. */
  public enum Metric {
    /** From arrival to the first token. */
    TTFT("ttft"),
    /** Per token behind the first, of each request its mean. */
    TPOT("tpot"),
    /** Between two tokens. */
    ITL("itl"),
    /** From arrival to the last token. */
    END_TO_END("e2e");

    private final String word;

    Metric(String word) {
      this.word = word;
    }

    /** As specifications have it. */
    public String word() {
      return word;
    }

    /** All words. */
    public static List<String> words() {
      return Arrays.stream(values()).map(Metric::word).toList();
    }

    /** The metric of a word. */
    public static Optional<Metric> named(String word) {
      return Arrays.stream(values()).filter(metric -> metric.word.equals(word)).findFirst();
    }
  }

  /** Values of a distribution. */
  public enum Share {
    /** The mean. */
    MEAN,
    /** The median. */
    P50,
    /** The ninth decile. */
    P90,
    /** What 5 % exceed. */
    P95,
    /** What 1 % exceed. */
    P99;

    /** As specifications have it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** All words. */
    public static List<String> words() {
      return Arrays.stream(values()).map(Share::word).toList();
    }

    /** The share of a word. */
    public static Optional<Share> named(String word) {
      return Arrays.stream(values()).filter(share -> share.word().equals(word)).findFirst();
    }
  }
}
