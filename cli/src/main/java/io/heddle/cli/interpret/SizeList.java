package io.heddle.cli.interpret;

import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The numbers that the nodes of a program use, each once: a node knows its place in the list, and a
 * plan works the list out once.
 */
final class SizeList {
  private final Map<Object, Integer> places = new HashMap<>();
  private final List<ToLongFunction<Sizes>> terms = new ArrayList<>();

  /** The place of a size. */
  int of(Size size) {
    return place(size, sizes -> sizes.of(size));
  }

  /** The place of a number of ranks. */
  int ranks(List<String> axes) {
    return of(new Size.Ranks(axes));
  }

  /** The place of a number of pieces. */
  int pieces(Pieces.Cut cut) {
    return place(cut, sizes -> sizes.pieces(cut));
  }

  private int place(Object key, ToLongFunction<Sizes> term) {
    Integer known = places.get(key);
    if (known != null) {
      return known;
    }
    places.put(key, terms.size());
    terms.add(term);
    return terms.size() - 1;
  }

  /**
   * The numbers of a plan, by their places.
   *
   * @throws ArithmeticException if one does not fit into 63 bits
   */
  long[] values(Sizes sizes) {
    long[] values = new long[terms.size()];
    for (int place = 0; place < values.length; place++) {
      values[place] = terms.get(place).applyAsLong(sizes);
    }
    return values;
  }
}
