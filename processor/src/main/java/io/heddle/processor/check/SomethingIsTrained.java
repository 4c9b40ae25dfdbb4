package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import java.util.stream.Stream;

/** A weight that is not frozen is in the embedding, in the head or in some layer. */
final class SomethingIsTrained implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    if (plan.frozen().weights().isEmpty()) {
      return;
    }
    Model model = plan.model();
    Stream<Block> ofLayers =
        model.layerKinds().stream()
            .filter(kind -> subject.numbers().layers().of(kind.number()) > 0)
            .flatMap(kind -> kind.blocks().stream());
    boolean trains =
        Stream.concat(Stream.of(model.embed(), model.head()), ofLayers)
            .flatMap(block -> block.weights().stream())
            .anyMatch(plan::trains);
    if (!trains) {
      diagnostics
          .report(Code.NOTHING_TRAINED, plan.frozen().span())
          .help("stacks of other weights have no layers: give them some, or write `forward`")
          .add();
    }
  }
}
