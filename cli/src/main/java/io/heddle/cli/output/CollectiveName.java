package io.heddle.cli.output;

import io.heddle.runtime.chakra.proto.CollectiveCommType;
import java.util.Locale;
import java.util.Optional;

/** Names of collective operations. */
public final class CollectiveName {
  private CollectiveName() {}

  /** The name of Chakra's number, such as {@code all_reduce}; empty if there is none. */
  public static Optional<String> of(long number) {
    return number < 0 || number > Integer.MAX_VALUE
        ? Optional.empty()
        : Optional.ofNullable(CollectiveCommType.forNumber((int) number))
            .map(type -> type.name().toLowerCase(Locale.ROOT));
  }
}
