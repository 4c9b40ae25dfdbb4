package io.heddle.plan;

import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.marker.Api;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the framework that runs a plan adds to its work.
 *
 * @param name as declared
 * @param values factors, and times in ns; a figure that is not there adds nothing
 */
@Api
public record Engine(String name, Map<EngineFigure, Double> values) {
  /** Adds nothing. */
  public static final Engine IDEAL = new Engine("ideal", Map.of());

  public Engine {
    EnumMap<EngineFigure, Double> copy = new EnumMap<>(EngineFigure.class);
    copy.putAll(values);
    values = Collections.unmodifiableMap(copy);
  }

  /** An engine that adds nothing, to be given figures. */
  public static Engine called(String name) {
    return new Engine(name, Map.of());
  }

  /** The same with one more figure. */
  public Engine with(EngineFigure figure, double value) {
    Map<EngineFigure, Double> more = new EnumMap<>(EngineFigure.class);
    more.putAll(values);
    more.put(figure, value);
    return new Engine(name, more);
  }

  /** The value of a figure, or what it is where the engine does not give it. */
  public double value(EngineFigure figure) {
    return values.getOrDefault(figure, figure.absent());
  }

  /** Whether it adds nothing. */
  public boolean isIdeal() {
    return values.isEmpty();
  }
}
