package io.heddle.cli.option;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether one rank may be simulated for all that are alike. */
public final class SymmetryOption {
  @Option(
      names = "--symmetry",
      paramLabel = "on|off",
      converter = Converter.class,
      completionCandidates = Candidates.class,
      description = {
        "Simulate one rank for all equal ranks, or every rank (default: on). Results do not"
            + " depend on it."
      })
  private Symmetry symmetry = Symmetry.ON;

  /** Whether it may. */
  public boolean isOn() {
    return symmetry == Symmetry.ON;
  }

  private enum Symmetry {
    ON,
    OFF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Both answers. */
  public static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Symmetry.values()).map(Symmetry::toString).iterator();
    }
  }

  /** Reads an answer. */
  static final class Converter implements ITypeConverter<Symmetry> {
    @Override
    public Symmetry convert(String text) {
      return Arrays.stream(Symmetry.values())
          .filter(answer -> answer.toString().equals(text))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException("'" + text + "' is neither on nor off"));
    }
  }
}
