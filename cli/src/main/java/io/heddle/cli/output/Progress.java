package io.heddle.cli.output;

import io.heddle.runtime.astrasim.EmitProgress;
import io.heddle.runtime.astrasim.process.RankProgress;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.verify.Verifier;
import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A bar that says how far long work has come, how fast it goes and how long it may still take;
 * nothing where nobody looks at a terminal.
 */
public final class Progress implements AutoCloseable {
  /** Set by the launcher where standard error is a terminal. */
  public static final String TERMINAL = "heddle.terminal";

  private static final int WIDTH = 79;
  private static final int UPDATE_MILLIS = 200;

  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * A bar at its beginning.
   *
   * @param work what is done, such as {@code simulating}
   */
  public static Progress of(String work) {
    return of(work, System.err, Boolean.getBoolean(TERMINAL));
  }

  static Progress of(String work, PrintStream to, boolean shown) {
    return new Progress(
        shown
            ? new ProgressBarBuilder()
                .setTaskName(work)
                .setInitialMax(1)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .showSpeed(
                    new DecimalFormat("#,##0.#", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                .setConsumer(new ConsoleProgressBarConsumer(to, WIDTH))
                .build()
            : null);
  }

  /** The bar follows a simulation. */
  public StepProgress ofStep() {
    return this::to;
  }

  /** The bar follows the writing of a folder. */
  public EmitProgress ofEmit() {
    return (written, ranks, nodes, bytes) -> to(written, ranks);
  }

  /** The bar follows the ranks that AstraSim has finished. */
  public RankProgress ofRanks() {
    return this::to;
  }

  /** The bar follows the reading of traces. */
  public Verifier.Progress ofVerifier() {
    return this::to;
  }

  /** So much is done. */
  public void to(long done, long all) {
    if (bar != null) {
      bar.maxHint(all);
      bar.stepTo(done);
    }
  }

  /** What is said beside the bar. */
  public void note(String text) {
    if (bar != null) {
      bar.setExtraMessage(text);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
