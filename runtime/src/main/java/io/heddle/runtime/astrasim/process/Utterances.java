package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.chakra.Printable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The first and last of what AstraSim says besides its results: complaints stand where it fails.
 * Any number of threads may add.
 */
final class Utterances {
  private static final int FIRST = 10;
  private static final int LAST = 10;
  private static final int LONGEST = 300;

  private final List<String> first = new ArrayList<>();
  private final Deque<String> last = new ArrayDeque<>();
  private long leftOut;

  synchronized void add(String line) {
    if (line.isBlank()) {
      return;
    }
    String text = printable(line);
    if (first.size() < FIRST) {
      first.add(text);
      return;
    }
    if (last.size() == LAST) {
      last.removeFirst();
      leftOut++;
    }
    last.addLast(text);
  }

  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>(first);
    if (leftOut > 0) {
      lines.add("(" + leftOut + " lines)");
    }
    lines.addAll(last);
    return lines;
  }

  static String printable(String line) {
    return Printable.of(line, LONGEST);
  }
}
