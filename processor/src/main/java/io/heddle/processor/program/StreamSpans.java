package io.heddle.processor.program;

import io.heddle.plan.StreamSpan;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.TrainedParts;
import java.util.List;
import java.util.function.Predicate;

/** How far the streams of a program go with the numbers of a plan. */
public final class StreamSpans {
  private StreamSpans() {}

  /**
   * The span of a stream.
   *
   * @throws ArithmeticException if its bytes do not fit into 63 bits
   */
  public static StreamSpan of(RankProgram program, PlanNumbers numbers, Sizes sizes, int stream) {
    Model model = program.plan().model();
    TrainedParts trained = program.plan().trained();
    boolean byHead = stream == model.streams().size() - 1 || model.headSides().contains(stream);
    Model.Stream of = model.streams().get(stream);
    StreamSpan whole =
        StreamSpan.of(
            numbers.layers(),
            Math.multiplyExact(
                sizes.of(program.streamElements(of)),
                sizes.of(new Size.ElementBytes(program.streamFormat()))),
            stream == 0 ? new int[0] : of(model, kind -> model.begins(kind, stream)),
            stream == 0 && trained.trainsFirstStream()
                ? new int[0]
                : of(model, kind -> trained.trainsStream(kind, stream)),
            of(model, kind -> model.reads(kind, stream)),
            byHead);
    List<String> axes = program.messageAxes(of);
    return axes.isEmpty()
        ? whole
        : whole.inShares(sizes.ranks(axes), program.groups().indexOf(new LocalGroup.Along(axes)));
  }

  private static int[] of(Model model, Predicate<Model.LayerKind> holds) {
    List<Model.LayerKind> kinds = model.layerKinds();
    return kinds.stream().mapToInt(kind -> holds.test(kind) ? 1 : 0).toArray();
  }
}
