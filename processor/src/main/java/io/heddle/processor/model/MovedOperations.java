package io.heddle.processor.model;

import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.InferenceOperation.Sample;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Operation.SquaredError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Copies of operations that run over other dimensions: what inference computes for new tokens, and
 * again for those of the cache.
 *
 * @param dims what becomes of a dimension
 * @param operands what becomes of a tensor or weight
 */
record MovedOperations(UnaryOperator<Dim> dims, UnaryOperator<Operand> operands) {
  /** The copy. */
  Operation of(Operation operation) {
    if (operation instanceof Einsum op) {
      return new Einsum(tensor(op.result()), operand(op.left()), operand(op.right()), op.span());
    }
    if (operation instanceof PointWise op) {
      List<PointWise.Input> terms =
          op.terms().stream()
              .map(
                  term ->
                      new PointWise.Input(
                          operand(term.operand()),
                          term.isTerm(),
                          term.scaled(),
                          term.needs().stream().map(this::operand).collect(Collectors.toSet())))
              .toList();
      List<Function> functions = op.functions().stream().map(this::function).toList();
      return new PointWise(tensor(op.result()), terms, functions, op.span());
    }
    if (operation instanceof Norm op) {
      return new Norm(tensor(op.result()), tensor(op.input()), op.kind(), op.weights(), op.span());
    }
    if (operation instanceof Attend op) {
      return new Attend(
          tensor(op.result()),
          tensor(op.q()),
          tensor(op.k()),
          tensor(op.v()),
          dims.apply(op.over()),
          dims.apply(op.keys()),
          op.visible(),
          op.scores(),
          selected(op.selected()),
          op.span());
    }
    if (operation instanceof Select op) {
      return new Select(
          tensor(op.result()),
          tensor(op.q()),
          tensor(op.k()),
          op.weights() == null ? null : tensor(op.weights()),
          dims.apply(op.over()),
          dims.apply(op.keys()),
          dims.apply(op.count()),
          op.visible(),
          op.span());
    }
    if (operation instanceof Fused op) {
      return new Fused(op.name(), op.parts().stream().map(this::of).toList(), op.span());
    }
    if (operation instanceof Lookup op) {
      return new Lookup(tensor(op.result()), op.table(), dims.apply(op.rows()), op.span());
    }
    if (operation instanceof CrossEntropy op) {
      return new CrossEntropy(op.name(), tensor(op.input()), op.span());
    }
    if (operation instanceof SquaredError op) {
      return new SquaredError(op.name(), tensor(op.input()), op.span());
    }
    return other(operation);
  }

  private Operation other(Operation operation) {
    if (operation instanceof Concat op) {
      return new Concat(
          tensor(op.result()),
          op.parts().stream().map(this::tensor).toList(),
          dims.apply(op.joined()),
          op.own().stream().map(dims).toList(),
          op.span());
    }
    if (operation instanceof Slice op) {
      return new Slice(
          tensor(op.result()),
          tensor(op.input()),
          dims.apply(op.whole()),
          dims.apply(op.own()),
          op.at(),
          op.span());
    }
    if (operation instanceof Alias op) {
      Map<Dim, Dim> renamed = new LinkedHashMap<>();
      op.renamed().forEach((from, to) -> renamed.put(dims.apply(from), dims.apply(to)));
      return new Alias(
          tensor(op.result()), tensor(op.input()), renamed, op.isDetached(), op.span());
    }
    if (operation instanceof Reduce op) {
      return new Reduce(
          tensor(op.result()), tensor(op.input()), dims.apply(op.over()), op.kind(), op.span());
    }
    if (operation instanceof Declared op) {
      return new Declared(
          tensor(op.result()),
          op.arguments().stream().map(this::operand).toList(),
          own(op.of()),
          op.span());
    }
    if (operation instanceof Dispatch op) {
      return dispatch(op);
    }
    if (operation instanceof Combine op) {
      return new Combine(
          tensor(op.result()),
          tensor(op.rows()),
          tensor(op.routing()),
          dispatch(op.dispatch()),
          op.span());
    }
    if (operation instanceof Append op) {
      return new Append(
          op.name(),
          op.tokens().stream().map(this::tensor).toList(),
          op.caches().stream().map(this::tensor).toList(),
          op.joined() == null
              ? null
              : new Append.Joined(
                  tensor(op.joined().whole()),
                  op.joined().parts().stream().map(this::tensor).toList()),
          dims.apply(op.over()),
          dims.apply(op.keys()),
          op.ragged(),
          op.span());
    }
    Sample op = (Sample) operation;
    return new Sample(op.name(), tensor(op.logits()), op.span());
  }

  private @Nullable SelectedKeys selected(@Nullable SelectedKeys keys) {
    return keys == null ? null : new SelectedKeys(tensor(keys.indices()), dims.apply(keys.count()));
  }

  /** A function whose cost, if it is declared, is that of what it is applied to now. */
  private Function function(Function function) {
    Function.Cost cost = function.cost();
    if (cost == null) {
      return function;
    }
    return new Function(
        function.name(),
        function.forward(),
        function.backward(),
        function.isLinear(),
        function.maskBytes(),
        cost(cost));
  }

  private Function.Cost cost(Function.Cost cost) {
    Map<String, List<Dim>> arguments = new LinkedHashMap<>();
    cost.arguments()
        .forEach((name, sizes) -> arguments.put(name, sizes.stream().map(dims).toList()));
    Map<String, Dim> named = new LinkedHashMap<>();
    cost.dims().forEach((name, dim) -> named.put(name, dims.apply(dim)));
    return new Function.Cost(cost.flops(), cost.bytes(), arguments, named);
  }

  private OwnOperation own(OwnOperation own) {
    OwnOperation.Halo halo = own.halo();
    OwnOperation.Scan scan = own.scan();
    return new OwnOperation(
        own.name(),
        cost(own.forward()),
        own.backward() == null ? null : cost(own.backward()),
        own.isLinear(),
        own.whole().stream().map(dims).toList(),
        halo == null ? null : new OwnOperation.Halo(halo.places(), dims.apply(halo.over())),
        scan == null
            ? null
            : new OwnOperation.Scan(
                dims.apply(scan.over()),
                scan.carry().stream().map(each -> each.stream().map(dims).toList()).toList(),
                cost(scan.cost())));
  }

  private Dispatch dispatch(Dispatch op) {
    return new Dispatch(
        tensor(op.result()),
        tensor(op.tokens()),
        tensor(op.routing()),
        op.top(),
        dims.apply(op.experts()),
        dims.apply(op.rows()),
        op.span());
  }

  private Operand operand(Operand operand) {
    return operands.apply(operand);
  }

  private Tensor tensor(Tensor tensor) {
    return (Tensor) operands.apply(tensor);
  }
}
