package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of a device, a cluster or an engine. */
public sealed interface HardwareItem {
  Span span();

  /** {@code peak bf16 989 TFLOPS at 70 %}. */
  record Peak(Name format, Quantity rate, @Nullable Quantity efficiency, Span span)
      implements HardwareItem {}

  /** {@code memory 80 GiB at 3350 GB/s at 85 %}. */
  record Memory(Quantity capacity, Quantity bandwidth, @Nullable Quantity efficiency, Span span)
      implements HardwareItem {}

  /**
   * {@code kernel matmul fp8 (reach = 71 %, start = 3 us)}.
   *
   * @param format of the tensors; null for all of which no other line speaks
   */
  record Kernel(Name kind, @Nullable Name format, List<Figure> figures, Span span)
      implements HardwareItem {
    public Kernel {
      figures = List.copyOf(figures);
    }
  }

  /** {@code host (layer = 3 ms)}. */
  record EngineLine(Name name, List<Figure> figures, Span span) implements HardwareItem {
    public EngineLine {
      figures = List.copyOf(figures);
    }
  }

  /** {@code start = 3 us}; a number without a unit has the empty one. */
  record Figure(Name name, Quantity value) {}

  /** {@code device h100_sxm}. */
  record UsesDevice(Name device, Span span) implements HardwareItem {}

  /** {@code network switch 8 at 450 GB/s latency 500 ns}, with what transfers reach in braces. */
  record Network(
      Name topology,
      Expression size,
      Quantity bandwidth,
      Quantity latency,
      List<Transfer> transfers,
      Span span)
      implements HardwareItem {
    public Network {
      transfers = List.copyOf(transfers);
    }
  }

  /** {@code all_gather (ranks = 8, reach = 367 GB/s, half = 4 MB, start = 10.9 us)}. */
  record Transfer(Name kind, List<Figure> figures, Span span) {
    public Transfer {
      figures = List.copyOf(figures);
    }
  }
}
