package io.heddle.cli.validate;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A version, such as {@code v25.02} or {@code 26.04.01}: numbers, compared in turn. */
record FrameworkVersion(List<Integer> numbers) implements Comparable<FrameworkVersion> {
  private static final Pattern FORM = Pattern.compile("v?(\\d{1,9}(?:\\.\\d{1,9})*)");

  FrameworkVersion {
    numbers = List.copyOf(numbers);
  }

  /** The version that a text is; empty if it is none. */
  static Optional<FrameworkVersion> of(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new FrameworkVersion(
                Stream.of(matcher.group(1).split("\\.", -1)).map(Integer::valueOf).toList()))
        : Optional.empty();
  }

  @Override
  public int compareTo(FrameworkVersion other) {
    for (int i = 0; i < Math.min(numbers.size(), other.numbers.size()); i++) {
      int order = numbers.get(i).compareTo(other.numbers.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(numbers.size(), other.numbers.size());
  }
}
