package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.StreamDraft.Layers;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Literal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The last layer that takes a stream is a stack of its own: in the backward pass it begins the
 * gradient of the stream, to which all others add. Where numbers of the plan decide which layer
 * that is, each that may be it is a stack of one layer or of none.
 */
final class LastReaders {
  private final int stream;

  /** One where a stack behind has a layer that takes the stream, else 0. */
  private Expression behind;

  private LastReaders(int stream, Span span) {
    this.stream = stream;
    this.behind = Counts.of(0, span);
  }

  /** Splits the stacks that may have the last layer that takes a stream beside its own. */
  static void split(List<StreamDraft.Stack> stacks, int stream) {
    if (stacks.isEmpty()) {
      return;
    }
    LastReaders readers = new LastReaders(stream, stacks.get(0).span());
    for (int i = stacks.size() - 1; i >= 0 && !Counts.is(readers.behind, 1); i--) {
      if (stacks.get(i).pattern().stream().anyMatch(readers::reads)) {
        List<StreamDraft.Stack> parts = readers.parts(stacks.remove(i));
        parts.removeIf(part -> Counts.is(part.repetitions(), 0));
        stacks.addAll(i, parts);
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
   * The parts of a stack: periods behind which another layer takes the stream; then the runs of the
   * rest, of each that takes the stream its last layer apart.
   */
  private List<StreamDraft.Stack> parts(StreamDraft.Stack stack) {
    List<Layers> pattern = stack.pattern();
    Span span = stack.span();
    Expression layers = stack.repetitions();
    if (pattern.size() == 1) {
      return ofRuns(layers, List.of(new Layers(layers, pattern.get(0).uses())), span);
    }
    int sure = surelyReads(pattern);
    Expression period = sum(pattern, span);
    Expression before = sum(pattern.subList(0, Math.max(sure, 0)), span);
    Expression periods = Counts.ceilDiv(Counts.less(layers, before), period);
    // Without a layer that is there whatever the numbers are, one whole period has all that are.
    Expression first = Counts.less(periods, Counts.of(sure < 0 ? 2 : 1, span));
    Expression whole = Counts.times(period, first);
    List<Layers> rest = new ArrayList<>(pattern);
    rest.addAll(sure < 0 ? pattern : pattern.subList(0, sure));
    List<StreamDraft.Stack> parts = new ArrayList<>();
    parts.add(new StreamDraft.Stack(whole, pattern, span));
    parts.addAll(ofRuns(Counts.less(layers, whole), rest, span));
    return parts;
  }

  /** The first run that takes the stream and has layers whatever the numbers are; -1 for none. */
  private int surelyReads(List<Layers> pattern) {
    return IntStream.range(0, pattern.size())
        .filter(run -> reads(pattern.get(run)) && isSome(pattern.get(run)))
        .findFirst()
        .orElse(-1);
  }

  private static boolean isSome(Layers run) {
    return run.count() == null || (run.count() instanceof Literal literal && literal.value() > 0);
  }

  private static Expression sum(List<Layers> pattern, Span span) {
    Expression sum = Counts.of(0, span);
    for (Layers layers : pattern) {
      sum = Counts.plus(sum, Counts.of(layers.count(), span));
    }
    return sum;
  }

  /**
   * Stacks of runs one behind the other, of which the last is cut off.
   *
   * @param layers all there are
   */
  private List<StreamDraft.Stack> ofRuns(Expression layers, List<Layers> runs, Span span) {
    List<Expression> left = new ArrayList<>();
    Expression offset = Counts.of(0, span);
    for (Layers run : runs) {
      left.add(Counts.less(layers, offset));
      offset = Counts.plus(offset, Counts.of(run.count(), span));
    }
    Expression one = Counts.of(1, span);
    Expression behindHere = Counts.of(0, span);
    List<StreamDraft.Stack> backwards = new ArrayList<>();
    int end = runs.size();
    for (int at = runs.size() - 1; at >= 0; at--) {
      Layers run = runs.get(at);
      if (!reads(run)) {
        continue;
      }
      if (at + 1 < end) {
        backwards.add(
            between(runs.subList(at + 1, end), left.get(at + 1), end == runs.size(), span));
      }
      boolean isEnd = at + 1 == runs.size();
      Expression here = isEnd ? left.get(at) : least(left.get(at), run, span);
      Expression last = Counts.less(Counts.less(Counts.least(here, one), behind), behindHere);
      backwards.add(new StreamDraft.Stack(last, List.of(new Layers(null, first(run))), span));
      boolean isLast = Counts.is(behind, 0) && Counts.is(behindHere, 0);
      if (run.count() != null || !isLast) {
        Expression others = Counts.less(here, last);
        backwards.add(new StreamDraft.Stack(others, List.of(new Layers(null, run.uses())), span));
      }
      behindHere =
          isSome(run)
              ? Counts.least(left.get(at), one)
              : Counts.least(Counts.plus(behindHere, here), one);
      end = at;
    }
    if (end > 0) {
      backwards.add(between(runs.subList(0, end), left.get(0), false, span));
    }
    behind = Counts.least(Counts.plus(behind, behindHere), one);
    Collections.reverse(backwards);
    return backwards;
  }

  private static Expression least(Expression left, Layers run, Span span) {
    return Counts.least(left, Counts.of(run.count(), span));
  }

  /**
   * A stack of runs that do not take the stream.
   *
   * @param left the layers from the first of them on
   * @param isRest whether no run is behind them
   */
  private static StreamDraft.Stack between(
      List<Layers> runs, Expression left, boolean isRest, Span span) {
    Expression layers = isRest ? left : Counts.least(left, sum(runs, span));
    return new StreamDraft.Stack(layers, runs, span);
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
