package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;

/** Builds blocks and their statements. */
final class BlockBuilder {
  private final Leaves leaves;
  private final TermBuilder terms;

  BlockBuilder(Leaves leaves) {
    this.leaves = leaves;
    this.terms = new TermBuilder(leaves);
  }

  List<ModelMember.Block> block(TfmParser.BlockContext block) {
    List<Statement> statements = Leaves.lines(block.statement(), this::statement);
    TfmParser.BlockHeadContext head = block.blockHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new ModelMember.Block(
            leaves.name(head.name()),
            leaves.documentation(block),
            head.tensors() == null ? List.of() : leaves.tensors(head.tensors()),
            statements));
  }

  private List<? extends Statement> statement(TfmParser.StatementContext statement) {
    if (statement.fused() != null) {
      return fused(statement.fused());
    }
    if (!Leaves.isWhole(statement)) {
      return List.of();
    }
    if (statement.weights() != null) {
      return List.of(
          new Statement.Weights(
              leaves.tensors(statement.weights().tensors()), leaves.span(statement)));
    }
    if (statement.input() != null) {
      return List.of(
          new Statement.Input(leaves.tensor(statement.input().tensor()), leaves.span(statement)));
    }
    if (statement.returned() != null) {
      return List.of(
          new Statement.Return(terms.build(statement.returned().term()), leaves.span(statement)));
    }
    return List.of(assignment(statement.assignment()));
  }

  private List<Statement.Fused> fused(TfmParser.FusedContext fused) {
    List<Statement.Assignment> assignments =
        Leaves.lines(
            fused.fusedLine(),
            line -> Leaves.isWhole(line) ? List.of(assignment(line.assignment())) : List.of());
    TfmParser.FusedHeadContext head = fused.fusedHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(new Statement.Fused(leaves.name(head.name()), assignments, leaves.span(head)));
  }

  private Statement.Assignment assignment(TfmParser.AssignmentContext assignment) {
    TfmParser.DimsContext dims = assignment.dims();
    return new Statement.Assignment(
        leaves.name(assignment.name()),
        dims == null ? null : leaves.names(dims.name()),
        terms.build(assignment.term()),
        leaves.span(assignment));
  }
}
