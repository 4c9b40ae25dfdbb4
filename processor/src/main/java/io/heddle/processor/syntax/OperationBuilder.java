package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;

/** Makes declarations of operations from the parse tree. */
final class OperationBuilder {
  private final Leaves leaves;

  OperationBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  Declaration.Operation operation(TfmParser.OperationDeclarationContext operation) {
    return new Declaration.Operation(
        leaves.name(operation.name()),
        leaves.documentation(operation),
        operation.operand().stream().map(this::parameter).toList(),
        operation.dims() == null ? null : leaves.names(operation.dims().name()),
        costs(operation.costs()),
        operation.operationClause().stream().map(this::clause).toList());
  }

  private OperationClause.Parameter parameter(TfmParser.OperandContext operand) {
    return new OperationClause.Parameter(
        leaves.name(operand.name()),
        operand.dims() == null ? null : leaves.names(operand.dims().name()));
  }

  private OperationClause.Costs costs(TfmParser.CostsContext costs) {
    return new OperationClause.Costs(
        leaves.expression(costs.expression(0)), leaves.expression(costs.expression(1)));
  }

  private OperationClause clause(TfmParser.OperationClauseContext clause) {
    if (clause instanceof TfmParser.BackwardCostsContext backward) {
      return new OperationClause.Backward(costs(backward.costs()), leaves.span(clause));
    }
    if (clause instanceof TfmParser.KeptWholeContext whole) {
      return new OperationClause.Whole(leaves.names(whole.names().name()), leaves.span(clause));
    }
    if (clause instanceof TfmParser.HaloContext halo) {
      return new OperationClause.Halo(
          leaves.expression(halo.expression()), leaves.name(halo.name()), leaves.span(clause));
    }
    if (clause instanceof TfmParser.ScanContext scan) {
      List<List<Name>> carry = scan.dims().stream().map(dims -> leaves.names(dims.name())).toList();
      return new OperationClause.Scan(
          leaves.name(scan.name()),
          carry,
          scan.costs() == null ? null : costs(scan.costs()),
          leaves.span(clause));
    }
    return new OperationClause.Linear(leaves.span(clause));
  }
}
