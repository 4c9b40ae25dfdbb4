package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.StreamDraft.Layers;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The last layer that takes a stream is a stack of its own: in the backward pass it begins the
 * gradient of the stream, to which all others add. Where several layers of a pattern take it, which
 * of them is the last depends on numbers, and all add; likewise where it depends on a number of the
 * plan whether the stack has such a layer at all.
 */
final class LastReaders {
  private final List<StreamDraft.Stack> stacks;
  private final int stream;

  private LastReaders(List<StreamDraft.Stack> stacks, int stream) {
    this.stacks = stacks;
    this.stream = stream;
  }

  /** Splits the stack with the last layer that takes a stream beside its own. */
  static void split(List<StreamDraft.Stack> stacks, int stream) {
    LastReaders readers = new LastReaders(stacks, stream);
    for (int i = stacks.size() - 1; i >= 0; i--) {
      List<Layers> pattern = stacks.get(i).pattern();
      int[] readingRuns =
          IntStream.range(0, pattern.size())
              .filter(run -> readers.reads(pattern.get(run)))
              .toArray();
      if (readingRuns.length > 1 || (readingRuns.length == 1 && readers.split(i, readingRuns[0]))) {
        return;
      }
    }
  }

  private boolean reads(Layers layers) {
    return layers.uses().stream()
        .anyMatch(
            use ->
                IntStream.range(0, use.sides().size())
                    .anyMatch(
                        side ->
                            use.sides().get(side) == stream
                                && use.block().upstream().side(side) == Upstream.Side.ADDED));
  }

  /**
   * Splits a stack: the periods before the last layer that takes the stream; of its own period the
   * layers before it; itself; what is left of the pattern.
   *
   * @return false if the stack ends before it comes to a layer that takes the stream
   */
  private boolean split(int at, int run) {
    StreamDraft.Stack stack = stacks.get(at);
    List<Layers> pattern = stack.pattern();
    Span span = stack.span();
    boolean alone = pattern.size() == 1;
    Layers reader = pattern.get(run);
    List<StreamDraft.Stack> parts = new ArrayList<>();
    Expression left = stack.repetitions();
    if (!alone) {
      Expression before = sum(pattern.subList(0, run), span);
      Expression period = sum(pattern, span);
      Expression one = Counts.of(1, span);
      Expression whole =
          Counts.times(period, Counts.less(Counts.ceilDiv(Counts.less(left, before), period), one));
      parts.add(new StreamDraft.Stack(whole, pattern, span));
      left = Counts.less(left, whole);
      if (run > 0) {
        parts.add(new StreamDraft.Stack(Counts.least(left, before), pattern.subList(0, run), span));
        left = Counts.less(left, before);
      }
    }
    Expression here = alone ? left : Counts.least(left, Counts.of(reader.count(), span));
    Expression last = Counts.least(here, Counts.of(1, span));
    if (Counts.is(last, 0)) {
      return false;
    }
    List<Layers> same = List.of(new Layers(null, reader.uses()));
    if (alone || reader.count() != null) {
      parts.add(new StreamDraft.Stack(Counts.less(here, last), same, span));
    }
    parts.add(new StreamDraft.Stack(last, List.of(new Layers(null, first(reader))), span));
    if (!alone) {
      List<Layers> others = new ArrayList<>(pattern.subList(run + 1, pattern.size()));
      others.addAll(pattern.subList(0, run));
      parts.add(new StreamDraft.Stack(Counts.less(left, here), others, span));
    }
    parts.removeIf(part -> Counts.is(part.repetitions(), 0));
    stacks.remove(at);
    stacks.addAll(at, parts);
    return true;
  }

  private static Expression sum(List<Layers> pattern, Span span) {
    Expression sum = Counts.of(0, span);
    for (Layers layers : pattern) {
      sum = Counts.plus(sum, Counts.of(layers.count(), span));
    }
    return sum;
  }

  /** The blocks of the last layer: the last of them that takes the stream begins the gradient. */
  private List<Model.Use> first(Layers layers) {
    List<Model.Use> uses = new ArrayList<>(layers.uses());
    for (int i = uses.size() - 1; i >= 0; i--) {
      Model.Use use = uses.get(i);
      int side = use.sides().lastIndexOf(stream);
      if (side >= 0) {
        uses.set(i, use.with(use.block().beginning(side)));
        return uses;
      }
    }
    return uses;
  }
}
