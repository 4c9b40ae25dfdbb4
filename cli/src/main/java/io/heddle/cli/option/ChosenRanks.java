package io.heddle.cli.option;

import io.heddle.cli.inspect.IdRange;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Ranks that an option names. */
public final class ChosenRanks {
  private ChosenRanks() {}

  /**
   * The ranks in ranges.
   *
   * @param option that names them
   * @param ranks there are
   * @throws ParameterException if there is one that is none of them
   */
  public static NavigableSet<Integer> of(
      List<IdRange> ranges, String option, int ranks, CommandSpec spec) {
    NavigableSet<Integer> chosen = new TreeSet<>();
    for (IdRange range : ranges) {
      long last = range.last() == -1 ? ranks - 1 : range.last();
      if (Long.compareUnsigned(range.first(), ranks) >= 0
          || Long.compareUnsigned(last, ranks) >= 0) {
        throw new ParameterException(
            spec.commandLine(), option + ": there are ranks 0 to " + (ranks - 1) + " only");
      }
      IntStream.rangeClosed((int) range.first(), (int) last).forEach(chosen::add);
    }
    return chosen;
  }
}
