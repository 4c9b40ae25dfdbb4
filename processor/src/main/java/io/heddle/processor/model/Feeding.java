package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.ModelMember;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the streams that a block takes beside its own: {@code cross(m = enc)}. */
final class Feeding {
  private final Names<StreamDraft> streams;
  private final Diagnostics diagnostics;

  /**
   * @param streams all of the model
   */
  Feeding(Names<StreamDraft> streams, Diagnostics diagnostics) {
    this.streams = streams;
    this.diagnostics = diagnostics;
  }

  /** The block with the streams that it takes; empty after findings. */
  Optional<Model.Use> use(StreamDraft stream, ModelMember.Used used, Block block) {
    Map<String, ModelMember.Fed> fed = new LinkedHashMap<>();
    boolean known = true;
    for (ModelMember.Fed each : used.feeds()) {
      known &= isSide(block, each);
      if (fed.putIfAbsent(each.argument().text(), each) != null) {
        diagnostics
            .report(Code.GIVEN_TWICE, each.argument().span(), "argument", each.argument())
            .add();
      }
    }
    List<Integer> sides = new ArrayList<>();
    for (Tensor side : block.sides()) {
      ModelMember.Fed given = fed.get(side.name());
      if (given == null) {
        diagnostics
            .report(Code.NOT_FED, used.block().span(), block.name(), side.name())
            .note(side.span(), "`%s` is declared here".formatted(side.name()))
            .help(
                "name the stream that it is: `%s(%s = STREAM)`"
                    .formatted(block.name(), side.name()))
            .add();
        known = false;
        continue;
      }
      Optional<StreamDraft> from = streams.find(given.stream());
      known &= from.isPresent();
      if (from.isPresent() && from.get().number() >= stream.number()) {
        diagnostics
            .report(Code.STREAM_BELOW, given.stream().span(), given.stream(), stream.name())
            .note(from.get().span(), "`%s` is declared here".formatted(given.stream()))
            .add();
        known = false;
      }
      from.ifPresent(found -> sides.add(found.number()));
    }
    return known ? Optional.of(once(block, stream, sides, used.isShared())) : Optional.empty();
  }

  /** A stream that is given as two arguments is taken once. */
  private static Model.Use once(
      Block block, StreamDraft stream, List<Integer> sides, boolean isShared) {
    for (int again = 1; again < sides.size(); again++) {
      int side = sides.indexOf(sides.get(again));
      if (side < again && block.sides().get(side).dims().equals(block.sides().get(again).dims())) {
        List<Integer> others = new ArrayList<>(sides);
        others.remove(again);
        return once(block.takingOnce(side, again), stream, others, isShared);
      }
    }
    return new Model.Use(block, stream.number(), sides, isShared);
  }

  private boolean isSide(Block block, ModelMember.Fed fed) {
    List<String> sides = block.sides().stream().map(Tensor::name).toList();
    if (!sides.contains(fed.argument().text())) {
      diagnostics
          .report(Code.UNKNOWN_NAME, fed.argument().span(), "argument", fed.argument())
          .help(
              sides.isEmpty()
                  ? "block `%s` takes its own stream alone".formatted(block.name())
                  : Spelling.question(fed.argument().text(), sides)
                      .orElseGet(
                          () ->
                              "block `%s` takes: %s"
                                  .formatted(block.name(), String.join(", ", sides))))
          .add();
    }
    return sides.contains(fed.argument().text());
  }
}
