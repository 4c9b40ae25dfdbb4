package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.PlanItem;
import io.heddle.processor.syntax.Statement;
import io.heddle.processor.syntax.Term;

/** Reports what is read, but not compiled, so that nothing written is silently ignored. */
final class NotYet {
  private final Diagnostics diagnostics;

  NotYet(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  private boolean report(Span place, String construct) {
    diagnostics.report(Code.NOT_SUPPORTED, place, construct).add();
    return true;
  }

  void declaration(Declaration declaration) {
    if (declaration instanceof Declaration.Operation operation) {
      report(operation.name().span(), "`op`");
    }
  }

  /** Whether the model begins or ends with blocks of its own, which is reported. */
  boolean model(Declaration.Model model) {
    boolean found = false;
    for (ModelMember member : model.members()) {
      if (member instanceof ModelMember.Begin begin) {
        found = report(begin.span(), "`begin`");
      } else if (member instanceof ModelMember.End end) {
        found = report(end.span(), "`end`");
      } else if (member instanceof ModelMember.Block block) {
        found |= block(block);
      }
    }
    return found;
  }

  private boolean block(ModelMember.Block block) {
    boolean found = false;
    if (block.argument() == null) {
      found = report(block.name().span(), "a block without an argument");
    }
    for (Statement statement : block.statements()) {
      if (statement instanceof Statement.Input input) {
        found = report(input.span(), "`input`");
      }
    }
    return found;
  }

  void rename(Term.Rename rename) {
    report(rename.span(), "giving a dimension of a tensor another name");
  }

  void keys(Term.Argument.Named argument) {
    if (argument.keys() != null) {
      report(argument.keys().span(), "a dimension of its own for the keys");
    }
  }

  void plan(Declaration.Plan plan) {
    for (PlanItem item : plan.items()) {
      if (item instanceof PlanItem.Unfused unfused) {
        unfused(unfused);
      }
    }
  }

  private void unfused(PlanItem.Unfused unfused) {
    report(unfused.span(), "`unfused`");
  }
}
