package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.straggler.Stragglers;
import java.util.Arrays;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** How much of a step is simulated. */
public final class ModeOption {
  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = Converter.class,
      completionCandidates = Candidates.class,
      description = {
        "How much of the step to simulate (default: flattened). flattened: every rank and"
            + " micro-batch; hierarchical: each kind of layer once, and the pipeline with these"
            + " times; hybrid: each kind of layer, with a computed pipeline; analytical:"
            + " nothing, formulas only."
      })
  private Mode mode = Mode.FLATTENED;

  /** The mode that was given. */
  public Mode mode() {
    return mode;
  }

  /**
   * Refuses what the mode cannot do.
   *
   * @throws Failure of usage
   */
  public void check(BackendName backend, Stragglers stragglers) {
    if (mode == Mode.FLATTENED) {
      return;
    }
    if (backend == BackendName.ASTRASIM) {
      throw Failure.usage(
          "--mode %s: AstraSim runs whole traces; take --mode %s, or another --backend"
              .formatted(mode, Mode.FLATTENED));
    }
    if (mode == Mode.ANALYTICAL && backend != BackendName.CONGESTION_UNAWARE) {
      throw Failure.usage(
          "--mode %s: simulates nothing, and so takes no --backend but %s"
              .formatted(mode, Backend.CONGESTION_UNAWARE.optionName()));
    }
    if (!stragglers.isNone()) {
      throw Failure.usage(
          "--mode %s: knows no single ranks, and so no --slow and no --jitter; take --mode %s"
              .formatted(mode, Mode.FLATTENED));
    }
  }

  /** All modes. */
  public static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Mode.values()).map(Mode::toString).iterator();
    }
  }

  /** Reads a mode. */
  public static final class Converter implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String text) {
      return Mode.named(text).orElseThrow(() -> NoneOf.words(text, new Candidates()));
    }
  }
}
