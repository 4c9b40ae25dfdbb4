package io.heddle.processor.model;

import io.heddle.plan.figure.TransferFigures;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.HardwareItem;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Resolves the cluster that a plan runs on, with its device. */
final class HardwareResolver {
  private static final List<String> TOPOLOGIES = List.of("ring", "switch", "fully_connected");

  private final Names<Declaration.Device> devices;
  private final Diagnostics diagnostics;

  HardwareResolver(Names<Declaration.Device> devices, Diagnostics diagnostics) {
    this.devices = devices;
    this.diagnostics = diagnostics;
  }

  /**
   * The cluster with these settings; empty after findings.
   *
   * @param axes names of the plan's axes, which the settings may use
   * @param formats the plan's, for which the device must state a peak
   */
  Optional<ParametricCluster> resolve(
      PlanItem.On use, Declaration.Cluster cluster, Set<String> axes, WantedFormats formats) {
    List<ParametricCluster.Parameter> parameters = parameters(use, cluster, axes);
    Names<PlanItem.Setting> known = declared("parameter", cluster);
    List<ParametricCluster.Network> networks = new ArrayList<>();
    PlannedCluster.Device device = null;
    boolean whole = true;
    for (HardwareItem item : cluster.items()) {
      if (item instanceof HardwareItem.Network network) {
        ExpressionNames.check(network.size(), known, diagnostics);
        Optional<ParametricCluster.Network> resolved = network(network);
        whole &= resolved.isPresent();
        resolved.ifPresent(networks::add);
      } else if (item instanceof HardwareItem.UsesDevice uses) {
        device =
            devices
                .find(uses.device())
                .flatMap(found -> new DeviceResolver(devices, diagnostics).resolve(found, formats))
                .orElse(null);
        whole &= device != null;
      }
    }
    if (whole && (device == null || networks.isEmpty())) {
      diagnostics
          .report(
              Code.MISSING_IN_CLUSTER,
              cluster.name().span(),
              cluster.name(),
              device == null ? "device" : "network")
          .help(
              device == null
                  ? "add a line such as `device h100_sxm`"
                  : "add a line such as `network switch 8 at 450 GB/s latency 500 ns`")
          .add();
      return Optional.empty();
    }
    return whole
        ? Optional.of(
            new ParametricCluster(cluster.name().text(), device, parameters, networks, use.span()))
        : Optional.empty();
  }

  private Names<PlanItem.Setting> declared(String sort, Declaration.Cluster cluster) {
    Names<PlanItem.Setting> names =
        new Names<>(sort, setting -> setting.name().span(), diagnostics);
    cluster.parameters().forEach(parameter -> names.declare(parameter.name(), parameter));
    return names;
  }

  private List<ParametricCluster.Parameter> parameters(
      PlanItem.On use, Declaration.Cluster cluster, Set<String> axes) {
    Names<PlanItem.Setting> known = declared("parameter of the cluster", cluster);
    Names<Span> inSettings =
        new Names<>("axis or parameter of the cluster", Function.identity(), diagnostics);
    axes.forEach(axis -> inSettings.declare(new Name(axis, use.span()), use.span()));
    known.all().keySet().stream()
        .filter(name -> !axes.contains(name))
        .forEach(name -> inSettings.declare(new Name(name, use.span()), use.span()));
    Map<String, PlanItem.Setting> given =
        new NamedArguments(
                "parameter of the cluster",
                cluster.name().text(),
                List.copyOf(known.all().keySet()),
                diagnostics)
            .read(use.settings(), PlanItem.Setting::name);
    given
        .values()
        .forEach(setting -> ExpressionNames.check(setting.value(), inSettings, diagnostics));
    List<ParametricCluster.Parameter> parameters = new ArrayList<>();
    for (PlanItem.Setting parameter : known.all().values()) {
      ExpressionNames.check(parameter.value(), known, diagnostics);
      String name = parameter.name().text();
      PlanItem.Setting value = given.getOrDefault(name, parameter);
      parameters.add(
          new ParametricCluster.Parameter(
              name, value.value(), given.containsKey(name), value.name().span()));
    }
    return parameters;
  }

  private Optional<ParametricCluster.Network> network(HardwareItem.Network network) {
    String topology = network.topology().text();
    if (!TOPOLOGIES.contains(topology)) {
      diagnostics
          .report(Code.UNKNOWN_NAME, network.topology().span(), "topology", topology)
          .help(Spelling.help(topology, TOPOLOGIES))
          .add();
      return Optional.empty();
    }
    Optional<BigDecimal> bandwidth = Units.BANDWIDTH.read(network.bandwidth(), diagnostics);
    Optional<BigDecimal> latency = Units.TIME.read(network.latency(), diagnostics);
    Optional<List<TransferFigures>> transfers = new TransferLines(diagnostics).read(network);
    if (bandwidth.isEmpty() || latency.isEmpty() || transfers.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ParametricCluster.Network(
            topology,
            network.size(),
            bandwidth.get(),
            latency.get(),
            transfers.get(),
            network.span()));
  }
}
