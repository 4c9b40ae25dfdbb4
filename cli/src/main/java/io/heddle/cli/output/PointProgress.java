package io.heddle.cli.output;

import io.heddle.processor.CheckProgress;
import org.jspecify.annotations.Nullable;

/** A bar for the points of a sweep that a check tries: most keep the first, and show none. */
public final class PointProgress implements CheckProgress, AutoCloseable {
  private @Nullable Progress bar;

  @Override
  public void tried(long tried, long points) {
    if (bar == null) {
      bar = Progress.of("checking");
    }
    bar.to(tried, points);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
