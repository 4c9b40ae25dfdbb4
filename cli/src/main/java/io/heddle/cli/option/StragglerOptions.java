package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Straggler.Scope;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Which ranks compute slower than their device could. */
public final class StragglerOptions {
  private static final String DECIMAL = "\\d{1,9}(?:\\.\\d{1,9})?";

  @Option(
      names = "--slow",
      paramLabel = "rank=N:FACTOR|stage=N:FACTOR",
      split = ",",
      converter = SlowConverter.class,
      description = {
        "Slow down all kernels of a rank or a pipeline stage by FACTOR, such as rank=3:1.5. Can"
            + " be repeated; factors multiply."
      })
  private List<Straggler> slow = new ArrayList<>();

  @Option(
      names = "--jitter",
      paramLabel = "SHARE",
      converter = ShareConverter.class,
      description = {
        "Multiply the time of each kernel by a random factor between 1 - SHARE and 1 + SHARE,"
            + " such as 0.05."
      })
  private @Nullable BigDecimal jitter;

  @Option(names = "--seed", paramLabel = "N", description = "Seed for --jitter (default: 0).")
  private @Nullable Long seed;

  /**
   * What the command line says.
   *
   * @throws ParameterException if there can be no such stragglers
   */
  public Stragglers stragglers(CommandSpec spec) {
    if (jitter == null && seed != null) {
      throw new ParameterException(spec.commandLine(), "--seed: needs --jitter");
    }
    try {
      return new Stragglers(
          slow, jitter == null ? Jitter.NONE : new Jitter(jitter, seed == null ? 0 : seed));
    } catch (InvalidStragglersException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
  }

  /**
   * The plan with stragglers.
   *
   * @throws Failure if it cannot have these
   */
  public static Flattener slow(Flattener flattener, Stragglers stragglers) {
    try {
      return StragglingFlattener.of(flattener, stragglers);
    } catch (InvalidStragglersException e) {
      throw Failure.wrongInput("--slow " + e.getMessage());
    }
  }

  /** Reads {@code rank=3:1.5}. */
  static final class SlowConverter implements ITypeConverter<Straggler> {
    private static final Pattern FORM =
        Pattern.compile("(rank|stage)=(\\d{1,9}):(" + DECIMAL + ")");

    @Override
    public Straggler convert(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'" + text + "' is nothing such as rank=3:1.5, stage=2:2");
      }
      Scope scope = matcher.group(1).equals("rank") ? Scope.RANK : Scope.STAGE;
      try {
        return new Straggler(
            scope, Integer.parseInt(matcher.group(2)), new BigDecimal(matcher.group(3)));
      } catch (InvalidStragglersException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  /** Reads {@code 0.05}. */
  static final class ShareConverter implements ITypeConverter<BigDecimal> {
    @Override
    public BigDecimal convert(String text) {
      if (!text.matches(DECIMAL)) {
        throw new TypeConversionException("'" + text + "' is no share such as 0.05");
      }
      return new BigDecimal(text);
    }
  }
}
