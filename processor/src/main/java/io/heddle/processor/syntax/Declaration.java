package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A declaration of a file. */
public sealed interface Declaration {
  Name name();

  /** {@code model Llama3_8B { … }}. */
  record Model(Name name, String documentation, List<ModelMember> members) implements Declaration {}

  /**
   * {@code model Kimi_K2 = DeepSeek_V3(heads = 64)}: a model with other values of its parameters.
   *
   * @param base what it is made of: a model, or one that is derived itself
   */
  record DerivedModel(Name name, String documentation, Name base, List<PlanItem.Setting> parameters)
      implements Declaration {
    public DerivedModel {
      parameters = List.copyOf(parameters);
    }
  }

  /**
   * {@code plan Pod64 of Llama3_8B { … }}.
   *
   * @param parameters of the model, such as {@code layers = 16} in parentheses behind its name
   */
  record Plan(
      Name name,
      String documentation,
      Name model,
      List<PlanItem.Setting> parameters,
      List<PlanItem> items)
      implements Declaration {}

  /** {@code sweep Shapes of Pod64 { … }}: many plans made of one. */
  record Sweep(Name name, String documentation, Name plan, List<SweepItem> items)
      implements Declaration {}

  /** {@code search Best of Pod64 { … minimize time }}: the best of many plans made of one. */
  record Search(Name name, String documentation, Name plan, List<SweepItem> items)
      implements Declaration {
    /** The plans among which it looks. */
    public Sweep space() {
      return new Sweep(name, documentation, plan, items);
    }
  }

  /** {@code serve Chat of Llama3_8B { … }}: requests, and the pools that serve them. */
  record Serve(Name name, String documentation, Name model, List<ServeItem> items)
      implements Declaration {}

  /**
   * {@code op swish(a) flops 6 * size(a) bytes 2 * bytes(a)}: an operation with its cost.
   *
   * @param parameters what it takes, which {@code size} and {@code bytes} in the costs name
   * @param result the dimensions of what it makes; null where they are not written
   * @param costs of the forward pass
   * @param clauses what else is said of it, in order
   */
  record Operation(
      Name name,
      String documentation,
      List<OperationClause.Parameter> parameters,
      @Nullable List<Name> result,
      OperationClause.Costs costs,
      List<OperationClause> clauses)
      implements Declaration {
    public Operation {
      parameters = List.copyOf(parameters);
      result = result == null ? null : List.copyOf(result);
      clauses = List.copyOf(clauses);
    }
  }

  /**
   * {@code device h100_sxm { … }}: peaks, memory and figures of kernels.
   *
   * @param base whose lines it has besides; null where there is none
   */
  record Device(Name name, String documentation, @Nullable Name base, List<HardwareItem> items)
      implements Declaration {}

  /**
   * {@code engine megatron of ideal { … }}: what a framework adds to the work of plans.
   *
   * @param base whose figures it has besides; null where there is none
   */
  record Engine(Name name, String documentation, @Nullable Name base, List<HardwareItem> items)
      implements Declaration {}

  /** {@code load Router { layer 3 = 812, 790 … }}: tokens that a router gave each expert. */
  record Load(Name name, String documentation, List<Routed> items) implements Declaration {
    public Load {
      items = List.copyOf(items);
    }
  }

  /**
   * {@code layer 3 micro_batch 1 = 812, 790, 1011}: the tokens of a layer.
   *
   * @param layer of the model, from 0
   * @param microBatch from 0; null where none is written
   * @param tokens of each expert
   */
  record Routed(long layer, @Nullable Long microBatch, List<Long> tokens, Span span) {
    public Routed {
      tokens = List.copyOf(tokens);
    }
  }

  /** {@code cluster hgx_h100(nodes = 1) { … }}: a device and networks, innermost first. */
  record Cluster(
      Name name, String documentation, List<PlanItem.Setting> parameters, List<HardwareItem> items)
      implements Declaration {}
}
