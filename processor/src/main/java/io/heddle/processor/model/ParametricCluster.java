package io.heddle.processor.model;

import io.heddle.plan.figure.TransferFigures;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Definitions.Definition;
import io.heddle.processor.syntax.Expression;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The machine of a plan before its numbers are known: the sizes of its networks follow from its
 * parameters, and these from the axes of the mesh where the plan says so.
 *
 * @param networks innermost first
 * @param span where the plan names the cluster
 */
public record ParametricCluster(
    String name,
    PlannedCluster.Device device,
    List<Parameter> parameters,
    List<Network> networks,
    Span span) {
  /**
   * A parameter of the cluster.
   *
   * @param isGiven whether the plan gives the value, which then may name axes
   */
  public record Parameter(String name, Expression value, boolean isGiven, Span span) {}

  /**
   * A dimension of the network; see {@link PlannedCluster.Network}.
   *
   * @param size over the parameters
   */
  public record Network(
      String topology,
      Expression size,
      BigDecimal bandwidth,
      BigDecimal latency,
      List<TransferFigures> transfers,
      Span span) {
    public Network {
      transfers = List.copyOf(transfers);
    }
  }

  /**
   * The values of the parameters, without those that have none.
   *
   * @param axes sizes of all axes
   * @param replaced values in place of those of the file, over axes and parameters
   */
  Map<String, Long> values(
      Map<String, Long> axes, Map<String, Expression> replaced, Diagnostics diagnostics) {
    List<Definition> definitions = new ArrayList<>();
    for (Parameter parameter : parameters) {
      Expression instead = replaced.get(parameter.name());
      boolean seesAxes = instead != null || parameter.isGiven();
      definitions.add(
          new Definition(
              parameter.name(),
              instead != null ? instead : parameter.value(),
              seesAxes ? axes : Map.of(),
              parameter.span()));
    }
    return Definitions.evaluate(definitions, diagnostics);
  }

  /**
   * The cluster with its sizes; empty after findings.
   *
   * @param values of its parameters
   */
  Optional<PlannedCluster> at(Map<String, Long> values, Diagnostics diagnostics) {
    Arithmetic arithmetic = new Arithmetic(values, diagnostics);
    List<PlannedCluster.Network> sized = new ArrayList<>();
    for (Network network : networks) {
      Optional<Long> size = arithmetic.evaluate(network.size());
      if (size.isPresent() && (size.get() < 1 || size.get() > Integer.MAX_VALUE)) {
        NumberReader.report(
            network.size().span(),
            "the size of the network",
            size.get(),
            1,
            Integer.MAX_VALUE,
            diagnostics);
      } else if (size.isPresent()) {
        sized.add(
            new PlannedCluster.Network(
                network.topology(),
                size.get(),
                network.bandwidth(),
                network.latency(),
                network.transfers(),
                network.span()));
      }
    }
    return sized.size() == networks.size()
        ? Optional.of(new PlannedCluster(name, device, sized, span))
        : Optional.empty();
  }

  /** The names of the parameters. */
  List<String> names() {
    return parameters.stream().map(Parameter::name).toList();
  }
}
