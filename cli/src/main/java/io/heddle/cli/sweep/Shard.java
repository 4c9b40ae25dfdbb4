package io.heddle.cli.sweep;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A share of the points of a sweep: every {@code count}-th, so that points that cost much spread
 * over all shares.
 *
 * @param index from 1 to {@code count}
 * @param count of shares
 */
public record Shard(int index, int count) {
  /** Everything. */
  public static final Shard ALL = new Shard(1, 1);

  private static final int MOST = 1_000_000;
  private static final Pattern GIVEN = Pattern.compile("(\\d{1,7})/(\\d{1,7})");
  private static final Pattern FOUND = Pattern.compile("auto(?:/(\\d{1,7}))?");

  /**
   * @throws IllegalArgumentException if there is no such share
   */
  public Shard {
    if (count < 1 || count > MOST || index < 1 || index > count) {
      throw new IllegalArgumentException(
          "%d/%d: the first number is from 1 to the second, the second at most %,d"
              .formatted(index, count, MOST));
    }
  }

  /** Whether the point of a number is in this share. */
  public boolean has(long number) {
    return number % count == index - 1;
  }

  /** The first number of this share that is not below another number. */
  public long next(long from) {
    long past = Math.floorMod(from - (index - 1), (long) count);
    return past == 0 ? from : from + count - past;
  }

  /** How many of the first {@code points} points are in this share. */
  public long of(long points) {
    return points / count + (index - 1 < points % count ? 1 : 0);
  }

  /**
   * Reads {@code 3/64}, or {@code auto} and {@code auto/64}: the task of a Slurm array or the index
   * of a Kubernetes job, whichever the environment names.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Shard parse(String text, Map<String, String> environment) {
    Matcher given = GIVEN.matcher(text);
    if (given.matches()) {
      return new Shard(Integer.parseInt(given.group(1)), Integer.parseInt(given.group(2)));
    }
    Matcher found = FOUND.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException("'%s' is nothing such as 3/64 or auto".formatted(text));
    }
    Optional<Integer> count = Optional.ofNullable(found.group(1)).map(Integer::parseInt);
    return slurm(environment, count)
        .or(() -> kubernetes(environment, count))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set; give a share"
                        + " such as 3/64"));
  }

  private static Optional<Shard> slurm(Map<String, String> environment, Optional<Integer> count) {
    if (!environment.containsKey("SLURM_ARRAY_TASK_ID")) {
      return Optional.empty();
    }
    int task = number(environment, "SLURM_ARRAY_TASK_ID");
    int first =
        environment.containsKey("SLURM_ARRAY_TASK_MIN")
            ? number(environment, "SLURM_ARRAY_TASK_MIN")
            : 0;
    int step =
        environment.containsKey("SLURM_ARRAY_TASK_STEP")
            ? Math.max(1, number(environment, "SLURM_ARRAY_TASK_STEP"))
            : 1;
    int all = count.orElseGet(() -> number(environment, "SLURM_ARRAY_TASK_COUNT"));
    return Optional.of(new Shard((task - first) / step + 1, all));
  }

  private static Optional<Shard> kubernetes(
      Map<String, String> environment, Optional<Integer> count) {
    if (!environment.containsKey("JOB_COMPLETION_INDEX")) {
      return Optional.empty();
    }
    int index = number(environment, "JOB_COMPLETION_INDEX");
    int all =
        count.orElseThrow(
            () ->
                new IllegalArgumentException(
                    "JOB_COMPLETION_INDEX does not say how many there are; give auto/64 where"
                        + " completions is 64"));
    return Optional.of(new Shard(index + 1, all));
  }

  private static int number(Map<String, String> environment, String name) {
    String text = environment.getOrDefault(name, "");
    if (!text.matches("\\d{1,9}")) {
      throw new IllegalArgumentException("%s is '%s', which is no number".formatted(name, text));
    }
    return Integer.parseInt(text);
  }

  /** Such as {@code 3/64}. */
  @Override
  public String toString() {
    return index + "/" + count;
  }
}
