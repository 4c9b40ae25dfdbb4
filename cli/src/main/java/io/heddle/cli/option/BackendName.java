package io.heddle.cli.option;

import io.heddle.runtime.simulate.Backend;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/** Who simulates, as a user names it: the embedded simulator in one of two ways, or AstraSim. */
public enum BackendName {
  CONGESTION_UNAWARE(Backend.CONGESTION_UNAWARE.optionName(), Backend.CONGESTION_UNAWARE),
  CONGESTION_AWARE(Backend.CONGESTION_AWARE.optionName(), Backend.CONGESTION_AWARE),
  ASTRASIM("astrasim");

  private final String text;
  private final Optional<Backend> embedded;

  BackendName(String text) {
    this.text = text;
    this.embedded = Optional.empty();
  }

  BackendName(String text, Backend embedded) {
    this.text = text;
    this.embedded = Optional.of(embedded);
  }

  /** What the embedded simulator is to do; empty for AstraSim. */
  public Optional<Backend> embedded() {
    return embedded;
  }

  @Override
  public String toString() {
    return text;
  }

  /** All names. */
  public static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(values()).map(BackendName::toString).iterator();
    }
  }

  /** Reads a name. */
  public static final class Converter implements ITypeConverter<BackendName> {
    @Override
    public BackendName convert(String name) {
      return Arrays.stream(values())
          .filter(candidate -> candidate.toString().equals(name))
          .findFirst()
          .orElseThrow(() -> NoneOf.words(name, new Candidates()));
    }
  }
}
