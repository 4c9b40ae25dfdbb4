package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of a {@code serve} declaration. */
public sealed interface ServeItem {
  Span span();

  /** {@code pool prefill 3 of Prefill, decode 1 of Decode}. */
  record Pools(List<Pool> pools, Span span) implements ServeItem {
    public Pools {
      pools = List.copyOf(pools);
    }
  }

  /**
   * {@code both 4 of Prefill and Decode}.
   *
   * @param role what its instances do
   * @param second the other plan; null where there is one only
   */
  record Pool(Name role, long count, Name plan, @Nullable Name second, Span span) {}

  /** {@code transfer (at = 45 GB/s, latency = 20 us)}. */
  record Transfer(List<ServeFigure> figures, Span span) implements ServeItem {
    public Transfer {
      figures = List.copyOf(figures);
    }
  }

  /**
   * {@code requests poisson 8 (input = 4096, output = 512)}.
   *
   * @param kind of arrivals
   * @param amount behind it; null where there is none
   * @param file behind it; null where there is none
   */
  record Requests(
      Name kind,
      @Nullable Quantity amount,
      @Nullable Name file,
      List<ServeFigure> figures,
      Span span)
      implements ServeItem {
    public Requests {
      figures = List.copyOf(figures);
    }
  }

  /** {@code batching vllm (tokens = 8192, sequences = 512)}. */
  record Batching(Name policy, List<ServeFigure> figures, Span span) implements ServeItem {
    public Batching {
      figures = List.copyOf(figures);
    }
  }

  /** {@code route least_loaded (prefix = 1)}. */
  record Route(Name rule, List<ServeFigure> figures, Span span) implements ServeItem {
    public Route {
      figures = List.copyOf(figures);
    }
  }

  /** {@code goal ttft p99 <= 2 s, tpot p95 <= 50 ms}. */
  record Goals(List<Bound> bounds, Span span) implements ServeItem {
    public Goals {
      bounds = List.copyOf(bounds);
    }
  }

  /**
   * {@code ttft p99 <= 2 s}.
   *
   * @param share of the distribution; null where none is named
   */
  record Bound(Name metric, @Nullable Name share, boolean isMost, Quantity limit, Span span) {}

  /**
   * {@code tokens = 8192}, or {@code overlap = layer}.
   *
   * @param quantity null where it is a word
   * @param word null where it is a quantity
   */
  record ServeFigure(Name name, @Nullable Quantity quantity, @Nullable Name word) {}
}
