package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Attend;

/** Advice: keys can only be kept where no token sees later ones. */
final class CachedKeysAreFinal implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Inference inference = subject.plan().inference();
    if (inference == null) {
      return;
    }
    for (Block block : subject.plan().model().allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Attend attend && !attend.visible().causal()) {
          diagnostics
              .report(Code.NOT_CAUSAL, attend.span(), block.name())
              .note(inference.span(), "`%s` is here".formatted(inference.kind().word()))
              .help("say `causal` if it is: as it stands, each new token is taken to see all keys")
              .add();
        }
      }
    }
  }
}
